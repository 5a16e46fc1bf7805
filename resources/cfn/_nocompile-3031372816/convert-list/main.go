// wants: cannot convert
package main

import "github.com/cfnpipe/cfnpipe/resources/cfn"

func main() {
	_ = cfn.List[cfn.RoleARN](cfn.Literals[cfn.KeyARN]("a"))
}
