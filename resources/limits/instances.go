package limits

import "strings"

// IsARM says whether an instance type or family of EC2 has ARM processors, by its name: AWS's own have a g behind the generation.
func IsARM(instanceType string) bool {
	family, _, _ := strings.Cut(instanceType, ".")
	generation := strings.TrimLeft(family, "abcdefghijklmnopqrstuvwxyz")
	attributes := strings.TrimLeft(generation, "0123456789")
	return family == "a1" || attributes != generation && strings.HasPrefix(attributes, "g")
}
