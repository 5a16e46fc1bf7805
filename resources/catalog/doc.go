// Package catalog knows every resource type of CloudFormation and every action of IAM: what properties and attributes a type has, what replaces a
// resource, what its ARN is; which resources and condition keys an action knows.
//
// Nothing is read before the first look-up, and a look-up reads only the page of the table that it needs. What is found is shared: do not change it.
//
// The tables are generated: make catalog compiles types.table and actions.table from the sources that generate/package.json pins. Facts that no source
// has, and mistakes of the sources, are rows in corrections.go; a test tells when a new table contradicts one.
//
// A table is a header with the versions of its sources, a dictionary for the decompressor, an index and pages. A page is records separated by empty
// lines. The record of a type is its name and
//
//	=FACT VALUE          name, identifier, ref, stateful, arn, policy, tags, iam, transform, getatt, createonly, sometimes, open
//	.ATTRIBUTE KIND
//	PROPERTY[!] KIND     ! if it is required; then, after tabs, the known values
//	@DEFINITION          the properties that follow are its
//
// where a kind is s (string), n (number), i (integer), b (boolean), j (any JSON), [KIND (list), {KIND (map), @DEFINITION or (KIND|KIND) (one of
// several). The record of a service is its prefix, =name NAME, @RESOURCE with its ARN, and .KEY with its type; that of an action its name and access level,
// @RESOURCE[!] (! if it is required), =keys and =needs. ARNs, types and condition keys follow after tabs.
package catalog

//go:generate sh generate/run
