package spec_test

import (
	"fmt"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

func ExampleParse() {
	_, err := spec.Parse("pipeline.yaml", []byte(`project: shop
toolchain: { account: "111111111111", region: eu-west-1 }
source:
  connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-1111-4222-8333-444455556666
  repository: acme/shop
environments:
  - name: dev
    type: dev
    acount: "222222222222"
`))
	fmt.Println(err)
	// Output: pipeline.yaml:9:5: environments[0].acount: unknown field; did you mean "account"?
}
