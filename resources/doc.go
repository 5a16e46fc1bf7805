// Package resources builds AWS resources with the structs of goformation. They are encrypted, private and have least privilege unless a field says
// otherwise. A builder is a struct of inputs. Its method Add declares the resource in a template, and returns a handle with the attributes of the
// resource.
package resources
