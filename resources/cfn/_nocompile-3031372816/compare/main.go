// wants: cannot be compared
package main

import "github.com/cfnpipe/cfnpipe/resources/cfn"

func main() {
	a, b := cfn.Region(), cfn.Region()
	_ = a == b
}
