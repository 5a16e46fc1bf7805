// Package resources builds single AWS resources on goformation's structs, encrypted, private and least in privilege unless a field
// says otherwise. A builder is a struct of its inputs with one method, Add, which declares the resource in a template and returns a
// handle with the attributes that the resource really has.
package resources
