package tree

import "strconv"

// YAML returns the tree as a YAML document, with intrinsics in short form if they have one. The same tree gives the same bytes. ParseYAML returns an
// Equal tree if numbers are valid JSON numbers and text is valid UTF-8. Invalid UTF-8 becomes U+FFFD, and a nil Node null.
func (n *Node) YAML() []byte { return n.AppendYAML(nil) }

// AppendYAML appends the tree as a YAML document to dst.
func (n *Node) AppendYAML(dst []byte) []byte {
	if isBlock(n) {
		return appendBlock(dst, n, 0)
	}
	return appendInline(dst, n, 0)
}

// isBlock reports whether n is written as lines of "key: value" or "- item".
func isBlock(n *Node) bool {
	if n == nil || len(n.Items) == 0 {
		return false
	}
	_, short := shortTag(n)
	return !short
}

// appendBlock appends the entries of a Map or List. The first one continues the current line, the others are indented.
func appendBlock(dst []byte, n *Node, indent int) []byte {
	for i, item := range n.Items {
		if i > 0 {
			dst = appendIndent(dst, indent)
		}
		if n.Kind == List {
			dst = append(dst, '-')
			if isBlock(item) {
				dst = appendBlock(append(dst, ' '), item, indent+2)
				continue
			}
		} else {
			dst = appendKey(dst, n.Keys[i], indent)
			if isBlock(item) {
				dst = appendBlock(appendIndent(append(dst, '\n'), indent+2), item, indent+2)
				continue
			}
		}
		dst = appendInline(append(dst, ' '), item, indent+2)
	}
	return dst
}

// appendInline appends the value that follows "key: " or "- ", and the end of the line. Further lines are indented.
func appendInline(dst []byte, n *Node, indent int) []byte {
	if tag, ok := shortTag(n); ok {
		dst = append(append(dst, '!'), tag...)
		arg := n.Items[0]
		if tag == "GetAtt" {
			return appendText(append(dst, ' '), arg.Items[0].Text+"."+arg.Items[1].Text, indent)
		}
		if isBlock(arg) {
			return appendBlock(appendIndent(append(dst, '\n'), indent), arg, indent)
		}
		return appendInline(append(dst, ' '), arg, indent)
	}
	switch {
	case n == nil || n.Kind == Null:
		dst = append(dst, "null"...)
	case n.Kind == List:
		dst = append(dst, "[]"...)
	case n.Kind == Map:
		dst = append(dst, "{}"...)
	case n.Kind == String:
		return appendText(dst, n.Text, indent)
	default:
		dst = append(dst, n.Text...)
	}
	return append(dst, '\n')
}

// appendKey appends "key:". YAML requires a question mark before a key of more than 1,024 characters. The limit here is a sixth of that, because an
// escaped byte has six characters.
func appendKey(dst []byte, key string, indent int) []byte {
	const longest = 160
	if len(key) > longest {
		dst = appendLine(append(dst, "? "...), key)
		return append(appendIndent(append(dst, '\n'), indent), ':')
	}
	return append(appendLine(dst, key), ':')
}

// appendText appends a string and the end of its line, as a literal block if it has several lines. A document that is only a text gets no literal
// block, because parsers disagree on its indentation.
func appendText(dst []byte, s string, indent int) []byte {
	if indent == 0 || !isLiteral(s) {
		return append(appendLine(dst, s), '\n')
	}
	dst = append(dst, '|')
	if s[0] == ' ' || s[0] == '\t' || s[0] == '\n' {
		dst = strconv.AppendInt(dst, 2, 10) // else parsers would derive the indentation from the first line
	}
	switch end := len(s) - 1; {
	case s[end] != '\n':
		dst = append(dst, '-')
	case s[end-1] == '\n':
		dst = append(dst, '+')
	}
	dst = append(dst, '\n')
	for start := 0; start < len(s); {
		end := start
		for end < len(s) && s[end] != '\n' {
			end++
		}
		if end > start {
			dst = append(appendIndent(dst, indent), s[start:end]...)
		}
		dst = append(dst, '\n')
		start = end + 1
	}
	return dst
}

func appendIndent(dst []byte, n int) []byte {
	const spaces = "                                "
	for ; n > len(spaces); n -= len(spaces) {
		dst = append(dst, spaces...)
	}
	return append(dst, spaces[:n]...)
}
