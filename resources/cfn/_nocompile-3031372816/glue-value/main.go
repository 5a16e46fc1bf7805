// wants: operator + not defined
package main

import "github.com/cfnpipe/cfnpipe/resources/cfn"

func main() {
	bucket := cfn.Literal[cfn.BucketName]("data")
	_ = bucket + bucket
}
