// wants: invalid map key type
package main

import "github.com/cfnpipe/cfnpipe/resources/cfn"

func main() {
	_ = map[cfn.Value[cfn.BucketName]]string{}
}
