// wants: cfn.Condition does not implement cfn.Part
package main

import "github.com/cfnpipe/cfnpipe/resources/cfn"

func main() {
	c := cfn.Equals(cfn.Region(), cfn.Lit("eu-west-1"))
	_ = cfn.Format[cfn.Text]("%s", c)
}
