// wants: does not implement cfn.Part
package main

import "github.com/cfnpipe/cfnpipe/resources/cfn"

func main() {
	_ = cfn.Format[cfn.Text]("%s", cfn.Literals[cfn.Text]("a"))
}
