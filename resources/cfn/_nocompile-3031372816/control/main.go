// wants: nothing: this one compiles, so what the others lack is not an import.
package main

import "github.com/cfnpipe/cfnpipe/resources/cfn"

func encrypt(cfn.Value[cfn.KeyARN]) {}

func main() {
	key := cfn.Literal[cfn.KeyARN]("arn:aws:kms:eu-west-1:111111111111:key/1")
	encrypt(key)
	_ = cfn.Format[cfn.Text]("%s/*", key)
	_ = key.Text()
	_ = cfn.Equals(key, cfn.Lit("a"))
	_ = cfn.Lit("a") + "b"
}
