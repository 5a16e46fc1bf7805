// wants: mismatched types cfn.Value[cfn.BucketName] and untyped string
package main

import "github.com/cfnpipe/cfnpipe/resources/cfn"

func main() {
	_ = cfn.Literal[cfn.BucketName]("data") + "/*"
}
