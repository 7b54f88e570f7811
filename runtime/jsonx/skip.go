package jsonx

// Skip is the cursor behind the value at cursor i, whatever it is. The value must be JSON: a record is not half checked
// because somebody reads only half of it.
func Skip(b []byte, i int) int { return skip(b, i, MaxDepth) }

func skip(b []byte, i, depth int) int {
	if i >= len(b) {
		return fault(wantValue, i)
	}
	switch b[i] {
	case '"':
		if end := stringEnd(b, i+1); end < len(b) && b[end] == '"' {
			return end + 1
		}
		return skipString(b, i)
	case '{':
		return skipObject(b, i, depth-1)
	case '[':
		return skipArray(b, i, depth-1)
	case 't':
		return skipLiteral(b, i, "true")
	case 'f':
		return skipLiteral(b, i, "false")
	case 'n':
		return skipLiteral(b, i, "null")
	default:
		return numberEnd(b, i, wantValue)
	}
}

func skipLiteral(b []byte, i int, word string) int {
	if !hasLiteral(b, i, word) {
		return fault(wantValue, i)
	}
	return i + len(word)
}

// skipString skips the string whose opening quote is at i.
func skipString(b []byte, i int) int {
	i++
	for {
		i = stringEnd(b, i)
		if i >= len(b) || b[i] < ' ' {
			return fault(badString, i)
		}
		if b[i] == '"' {
			return i + 1
		}
		_, n := escape(b, i)
		if n == 0 {
			return fault(badString, i)
		}
		i += n
	}
}

func skipObject(b []byte, i, depth int) int {
	if depth < 0 {
		return fault(tooDeep, i)
	}
	i = Space(b, i+1)
	if i < len(b) && b[i] == '}' {
		return i + 1
	}
	for {
		if i >= len(b) || b[i] != '"' {
			return fault(wantKey, i)
		}
		if end := stringEnd(b, i+1); end < len(b) && b[end] == '"' {
			i = end + 1
		} else if i = skipString(b, i); i < 0 {
			return i
		}
		if i = Space(b, i); i >= len(b) || b[i] != ':' {
			return fault(wantColon, i)
		}
		if i = skip(b, Space(b, i+1), depth); i < 0 {
			return i
		}
		i = Space(b, i)
		switch {
		case i < len(b) && b[i] == ',':
			i = Space(b, i+1)
		case i < len(b) && b[i] == '}':
			return i + 1
		default:
			return fault(wantCommaBrace, i)
		}
	}
}

func skipArray(b []byte, i, depth int) int {
	if depth < 0 {
		return fault(tooDeep, i)
	}
	i = Space(b, i+1)
	if i < len(b) && b[i] == ']' {
		return i + 1
	}
	for {
		if i = skip(b, i, depth); i < 0 {
			return i
		}
		i = Space(b, i)
		switch {
		case i < len(b) && b[i] == ',':
			i = Space(b, i+1)
		case i < len(b) && b[i] == ']':
			return i + 1
		default:
			return fault(wantCommaBracket, i)
		}
	}
}
