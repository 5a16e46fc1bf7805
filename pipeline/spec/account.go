package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/names"
)

// Account is one account in one region.
type Account struct {
	// Account number: 12 digits.
	Account string `yaml:"account"`
	Region  string `yaml:"region"`
	// PermissionsBoundary and AccessBoundary are those of Spec with this account's placeholders filled in; "" when there is none.
	PermissionsBoundary string `yaml:"-"`
	AccessBoundary      string `yaml:"-"`
}

func (*Account) shape() string { return `{ account: "111111111111", region: eu-west-1 }` }

// Partition of the account by its region: aws, aws-us-gov, or one that cfnpipe refuses.
func (a Account) Partition() string { return names.Partition(a.Region) }

func (a Account) checkAccount(v *validator, path string) {
	const hint = `write its 12 digits in quotes, such as "012345678901"`
	if number := join(path, "account"); v.given(number, a.Account, hint) && !isAccount(a.Account) {
		v.add(number, strconv.Quote(shorten(a.Account))+" is not an account number", hint)
	}
	region := join(path, "region")
	if path != "toolchain" && a.Region == v.spec.Toolchain.Region {
		return // whatever is wrong is said there
	}
	if !v.given(region, a.Region, "write one, such as eu-west-1") {
		return
	}
	if !isRegion(a.Region) {
		hint := didYouMean(a.Region, regions())
		if hint == "" {
			hint = "write one such as eu-west-1"
		}
		v.add(region, strconv.Quote(shorten(a.Region))+" is not a region", hint)
		return
	}
	switch {
	case a.isSupported():
	case a.Partition() == "aws-cn":
		v.add(region, "CodePipeline has no CloudFormation action in China", "choose a region outside China")
	default:
		v.add(region, fmt.Sprintf("the partition %s of %s is not supported", a.Partition(), shorten(a.Region)), "choose a region in aws or aws-us-gov")
	}
}

// isSupported says whether cfnpipe knows what is different in the account's partition.
func (a Account) isSupported() bool { return a.Partition() == "aws" || a.Partition() == names.GovCloud }

// checkPartition checks that the partition is the toolchain's, for no role can be assumed across partitions.
func checkPartition(v *validator, path string, a Account) {
	home := v.spec.Toolchain
	if isRegion(home.Region) && isRegion(a.Region) && home.isSupported() && a.isSupported() && a.Partition() != home.Partition() {
		v.add(path, fmt.Sprintf("is in the partition %s, but the toolchain is in %s", a.Partition(), home.Partition()),
			"no role can be assumed across partitions: keep all accounts in one")
	}
}

func isAccount(a string) bool { return len(a) == 12 && all(a, isDigit) }

// isRegion by its shape, because new regions open: eu-west-1, us-gov-east-1.
func isRegion(region string) bool {
	parts := strings.Split(region, "-")
	n := len(parts) - 1
	if n < 2 || len(region) > 25 || len(parts[0]) < 2 || len(parts[0]) > 4 {
		return false
	}
	for _, p := range parts[:n] {
		if !all(p, isLower) {
			return false
		}
	}
	return len(parts[n]) == 1 && '1' <= parts[n][0] && parts[n][0] <= '9' && slices.Contains(directions(), parts[n-1])
}

// directions that regions have in front of their number.
func directions() []string {
	return strings.Fields("north south east west central northeast northwest southeast southwest")
}

// regions for "did you mean" only; one that is missing here is accepted.
func regions() []string {
	return strings.Fields(`
		us-east-1 us-east-2 us-west-1 us-west-2
		eu-west-1 eu-west-2 eu-west-3 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2
		ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-7
		ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-east-1 ap-east-2
		ca-central-1 ca-west-1 sa-east-1 mx-central-1 af-south-1 me-south-1 me-central-1 il-central-1
		us-gov-west-1 us-gov-east-1`)
}

// resolveBoundaries fills in the placeholders of the boundaries of roles for an account.
func (s *Spec) resolveBoundaries(a *Account) {
	a.PermissionsBoundary, _ = fill(s.PermissionsBoundary, s.accountPlaceholders(*a))
	a.AccessBoundary, _ = fill(s.AccessBoundary, s.accountPlaceholders(*a))
}

// checkBoundary checks the boundary of roles as every account gets it.
func checkBoundary(v *validator, path, boundary string) {
	if boundary == "" {
		return
	}
	if _, problems := fill(boundary, v.spec.accountPlaceholders(v.spec.Toolchain)); len(problems) > 0 {
		for _, p := range problems {
			if strings.Contains(p.Message, `"{environment}"`) || strings.Contains(p.Message, `"{type}"`) {
				p.Message = strings.Replace(p.Message, "unknown placeholder ", "the toolchain has no ", 1)
				p.Hint = "the boundary is for the toolchain too: use {account}, {region} or {project}"
			}
			v.add(path, p.Message, p.Hint)
		}
		return
	}
	const shape = "write one such as arn:aws:iam::{account}:policy/Boundary"
	accounts := []Account{v.spec.Toolchain}
	for _, e := range v.spec.Environments {
		accounts = append(accounts, e.Account)
	}
	for i, a := range accounts {
		if !isAccount(a.Account) || !isRegion(a.Region) || !a.isSupported() {
			continue // said elsewhere
		}
		who := "the toolchain"
		if i > 0 {
			who = "environment " + strconv.Quote(shorten(v.spec.Environments[i-1].Name))
		}
		arn, _ := fill(boundary, v.spec.accountPlaceholders(a))
		p := strings.SplitN(arn, ":", 6)
		switch {
		case len(p) < 6 || p[0] != "arn" || p[2] != "iam" || p[3] != "" || !isPolicy(p[5]):
			v.add(path, strconv.Quote(shorten(arn))+" is not the ARN of a policy", shape)
			return
		case p[1] != a.Partition():
			v.add(path, fmt.Sprintf("is in the partition %q, but %s is in %s", shorten(p[1]), who, a.Partition()), "write arn:"+a.Partition())
			return
		case p[4] != a.Account && p[4] != "aws":
			v.add(path, fmt.Sprintf("is in account %q, but %s is in %s", shorten(p[4]), who, a.Account), "write {account} in its place")
		}
	}
}

// isPolicy matches policy/, a path and a name of at most 128 characters.
func isPolicy(resource string) bool {
	name, ok := strings.CutPrefix(resource, "policy/")
	if !ok || !only(name, "_+=,.@-/") || len(resource) > 512 {
		return false
	}
	parts := strings.Split(name, "/")
	return !slices.Contains(parts, "") && len(parts[len(parts)-1]) <= 128
}
