// wants: cannot use "data" (untyped string constant) as cfn.Value[cfn.KeyARN] value in argument to encrypt
package main

import "github.com/cfnpipe/cfnpipe/resources/cfn"

func encrypt(cfn.Value[cfn.KeyARN]) {}

func main() {
	encrypt("data")
}
