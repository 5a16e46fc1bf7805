// wants: does not match
package main

import "github.com/cfnpipe/cfnpipe/resources/cfn"

func main() {
	c := cfn.Equals(cfn.Region(), cfn.Lit("eu-west-1"))
	_ = cfn.If(c, cfn.Literal[cfn.KeyARN]("k"), cfn.Literal[cfn.RoleARN]("r"))
}
