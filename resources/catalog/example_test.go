package catalog_test

import (
	"fmt"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
)

func Example() {
	bucket, _ := catalog.Type("AWS::S3::Bucket")
	fmt.Println(bucket.ARNs(), bucket.NameProperty, bucket.Stateful)

	_, ok := bucket.Attribute("RegionalDomain")
	fmt.Println(ok, catalog.Nearest("RegionalDomain", bucket.AttributeNames()))

	status, _ := bucket.Property("VersioningConfiguration.Status")
	fmt.Println(status.Shape, status.Required, status.Values)
	fmt.Println(bucket.Replaces("BucketName") == catalog.Always)

	action, _ := catalog.Action("s3:GetObject")
	fmt.Println(action.Level, action.Knows("arn:aws:s3:::photos"), action.Knows("arn:aws:s3:::photos/*"))
	fmt.Println(catalog.NearestAction("s3:GetObjct"))
	// Output:
	// [arn:${Partition}:s3:::${BucketName}] BucketName true
	// false RegionalDomainName
	// string true [Enabled Suspended]
	// true
	// read false true
	// s3:GetObject
}
