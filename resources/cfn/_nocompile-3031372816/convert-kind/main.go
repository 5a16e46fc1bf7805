// wants: cannot convert
package main

import "github.com/cfnpipe/cfnpipe/resources/cfn"

func main() {
	key := cfn.Literal[cfn.KeyARN]("arn:aws:kms:eu-west-1:111111111111:key/1")
	_ = cfn.Value[cfn.RoleARN](key)
}
