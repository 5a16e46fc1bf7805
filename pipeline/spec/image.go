package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ownImages of CodeBuild begin with this.
const ownImages = "aws/codebuild/"

func checkImage(v *validator, at, image string) {
	const most = 255 // characters
	switch {
	case image == "":
	case len(image) > most:
		v.add(at, fmt.Sprintf("has %d characters, at most %d are allowed", len(image), most), fmt.Sprintf("shorten it by %d", len(image)-most))
	case !isImage(image):
		v.add(at, strconv.Quote(shorten(image))+" is not the name of an image", "write one such as public.ecr.aws/docker/library/python:3.13")
	}
}

// isImage matches what docker pulls: [host[:port]/]path[:tag][@sha256:digest].
func isImage(image string) bool {
	name, digest, hasDigest := strings.Cut(image, "@")
	if number, ok := strings.CutPrefix(digest, "sha256:"); hasDigest && (!ok || len(number) != 64 || !all(number, isHex)) {
		return false
	}
	// A colon behind the last slash begins the tag, one before it the port of the host.
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		tag := name[colon+1:]
		if tag == "" || len(tag) > 128 || !only(tag, "_.-") || strings.ContainsRune("_.-", rune(tag[0])) && tag[0] != '_' {
			return false
		}
		name = name[:colon]
	}
	parts := strings.Split(name, "/")
	if host, port, ok := strings.Cut(parts[0], ":"); ok && len(parts) > 1 && all(port, isDigit) {
		parts[0] = host
	}
	return !slices.ContainsFunc(parts, func(p string) bool {
		return !all(p, func(r rune) bool { return isLower(r) || isDigit(r) || strings.ContainsRune("._-", r) }) || strings.Trim(p, "._-") != p
	})
}

// isPrivateECR matches <account>.dkr.ecr.<region>.<suffix>.
func isPrivateECR(registry string) bool {
	account, rest, _ := strings.Cut(registry, ".")
	service, _, _ := strings.Cut(strings.TrimPrefix(rest, "dkr."), ".")
	return isAccount(account) && slices.Contains([]string{"ecr", "ecr-fips", "dkr-ecr", "dkr-ecr-fips"}, service)
}
