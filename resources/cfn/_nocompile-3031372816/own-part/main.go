// wants: unexported method part
package main

import "github.com/cfnpipe/cfnpipe/resources/cfn"

type text string

func (t text) part() *struct{} { return nil }

func main() {
	_ = cfn.Format[cfn.Text]("%s", text("a"))
}
