// Package golden holds whole projects: golden/<case>/pipeline.yaml and, in want and want-json, the output directories that they render to,
// reviewed and committed. Its tests render and compare them, and deploy them for real where there is an AWS to deploy to.
package golden
