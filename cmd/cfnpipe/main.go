// Command cfnpipe turns a pipeline.yaml into raw CloudFormation for a whole cross-account delivery system.
package main

import (
	"os"

	"github.com/cfnpipe/cfnpipe/cmd"
)

func main() { os.Exit(cmd.Main(nil)) }
