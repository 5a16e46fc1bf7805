// wants: cannot use bucket (variable of struct type cfn.Value[cfn.BucketName]) as cfn.Value[cfn.KeyARN] value in argument to encrypt
package main

import "github.com/cfnpipe/cfnpipe/resources/cfn"

func encrypt(cfn.Value[cfn.KeyARN]) {}

func main() {
	bucket := cfn.Literal[cfn.BucketName]("data")
	encrypt(bucket)
}
