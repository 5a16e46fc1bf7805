// wants: does not match
package main

import "github.com/cfnpipe/cfnpipe/resources/cfn"

func main() {
	var o cfn.Output[cfn.KeyARN]
	cfn.Publish(nil, o, cfn.Literal[cfn.RoleARN]("r"))
}
