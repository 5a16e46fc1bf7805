// Package catalog contains every resource type of CloudFormation and every action of IAM: the properties and attributes of a type, the properties whose
// change replaces a resource, and the form of its ARN; the resources and condition keys that an action supports.
//
// The first look-up opens the tables, and a look-up reads only the page that it needs. Results are shared: do not change them.
//
// The tables are generated: make catalog compiles types.table and actions.table from the sources that generate/package.json pins. Facts that no source
// has, and corrections of the sources, are rows in corrections.go. A test fails if a new table contradicts one.
//
// A table is a header with the versions of its sources, a dictionary for the decompressor, an index and pages. A page is records separated by empty
// lines. The record of a type is its name and
//
//	=FACT VALUE          name, identifier, ref, stateful, arn, policy, tags, iam, transform, getatt, createonly, sometimes, open
//	.ATTRIBUTE KIND
//	PROPERTY[!] KIND     ! if it is required; then, after tabs, the known values
//	@DEFINITION          its properties follow
//
// where a kind is s (string), n (number), i (integer), b (boolean), j (any JSON), [KIND (list), {KIND (map), @DEFINITION or (KIND|KIND) (one of
// several). The record of a service is its prefix, =name NAME, @RESOURCE with its ARN, and .KEY with its type; that of an action its name and access level,
// @RESOURCE[!] (! if it is required), =keys and =needs. ARNs, types and condition keys follow after tabs.
package catalog

//go:generate sh generate/run
