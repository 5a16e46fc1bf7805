package verify

import (
	"net/url"
	"path"
	"path/filepath"
)

// SARIF is the report in the Static Analysis Results Interchange Format 2.1.0, which code hosts show beside the lines. Files are named below
// dir, where that is a path below the working directory, as the root of a checkout is in CI.
func (r *Report) SARIF(version, dir string) any {
	log := sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0"}
	run := sarifRun{Results: []sarifResult{}}
	run.Tool.Driver.Name, run.Tool.Driver.Version = "cfnpipe", version
	index := map[string]int{}
	for i, x := range Rules() {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{ID: x.Name, Short: sarifText{x.What}, Full: sarifText{x.Why}, Help: sarifText{x.Mend}})
		index[x.Name] = i
	}
	if !filepath.IsLocal(dir) {
		dir = ""
	}
	for _, f := range r.Findings {
		x := sarifResult{Rule: f.Rule, Index: index[f.Rule], Level: f.Severity, Message: sarifText{f.Message}}
		if f.Hint != "" {
			x.Message.Text += "\n" + f.Hint
		}
		var at sarifLocation
		at.Physical.Artifact.URI = (&url.URL{Path: path.Join(filepath.ToSlash(dir), f.File)}).EscapedPath()
		if f.Line > 0 {
			at.Physical.Region = &sarifRegion{f.Line}
		}
		at.Logical = []sarifLogical{{Name: f.Path, Full: f.Stack + " " + f.Path}}
		if f.Path == "" {
			at.Logical = []sarifLogical{{Name: f.Stack, Full: f.Stack}}
		}
		x.Locations = []sarifLocation{at}
		run.Results = append(run.Results, x)
	}
	log.Runs = []sarifRun{run}
	return log
}

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool struct {
		Driver struct {
			Name    string      `json:"name"`
			Version string      `json:"version,omitempty"`
			Rules   []sarifRule `json:"rules"`
		} `json:"driver"`
	} `json:"tool"`
	Results []sarifResult `json:"results"`
}

type sarifRule struct {
	ID    string    `json:"id"`
	Short sarifText `json:"shortDescription"`
	Full  sarifText `json:"fullDescription"`
	Help  sarifText `json:"help"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	Rule      string          `json:"ruleId"`
	Index     int             `json:"ruleIndex"`
	Level     Severity        `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations"`
}

type sarifLocation struct {
	Physical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region *sarifRegion `json:"region,omitempty"`
	} `json:"physicalLocation"`
	Logical []sarifLogical `json:"logicalLocations"`
}

type sarifRegion struct {
	StartLine int `json:"startLine"`
}

type sarifLogical struct {
	Name string `json:"name"`
	Full string `json:"fullyQualifiedName"`
}
