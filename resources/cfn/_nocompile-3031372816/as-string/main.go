// wants: cannot convert
package main

import "github.com/cfnpipe/cfnpipe/resources/cfn"

func main() {
	_ = string(cfn.Literal[cfn.BucketName]("data"))
}
