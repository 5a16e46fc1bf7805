package spec

import (
	"fmt"
	"strconv"
	"strings"
)

// place is an account and region, and what messages call it.
type place struct {
	name    string
	account Account
}

func (v *validator) home() place { return place{"the toolchain", v.spec.Toolchain} }

func inEnvironment(e *Environment) place {
	return place{"environment " + strconv.Quote(shorten(e.Name)), e.Account}
}

// atHome checks that an ARN is the toolchain's.
func (v *validator) atHome(at string, arn []string, hint string) { v.within(at, arn, v.home(), hint) }

// within checks that the parts of an ARN are of a place's partition, region and account. Global things have no region.
func (v *validator) within(at string, arn []string, where place, hint string) {
	a := where.account
	if isRegion(a.Region) && arn[1] != a.Partition() {
		v.add(at, fmt.Sprintf("is in the partition %q, but %s is in %s", shorten(arn[1]), where.name, a.Partition()), "write arn:"+a.Partition())
	}
	if isRegion(a.Region) && arn[3] != a.Region && arn[2] != "iam" {
		v.add(at, fmt.Sprintf("is in the region %q, but %s is in %s", shorten(arn[3]), where.name, a.Region), hint)
	}
	if isAccount(a.Account) && arn[4] != a.Account {
		v.add(at, fmt.Sprintf("is in the account %q, but %s is %s", shorten(arn[4]), where.name, a.Account), hint)
	}
}

func isUUID(id string) bool {
	parts := strings.Split(id, "-")
	if len(parts) != 5 {
		return false
	}
	for i, length := range []int{8, 4, 4, 4, 12} {
		if len(parts[i]) != length || !all(parts[i], isHex) {
			return false
		}
	}
	return true
}

func isHex(r rune) bool { return isDigit(r) || 'a' <= r && r <= 'f' }
