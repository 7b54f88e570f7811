package expr

import (
	"github.com/weirstream/weir/spec/types"
)

// listFuncs are CEL's extensions for lists and sets.
func listFuncs() map[string]function {
	m := map[string]function{
		"list_slice": try("Slice"), "lists_range": try("Range"), "list_reverse": rt("Reversed"), "list_flatten": rt("Flatten"),
		"list_flatten_int": flattenDepth,
		"list_distinct": func(c *compiler, b *block, t *types.Type, a []value) value {
			c.use(celPath)
			if plain(t.Elem) {
				return call(t, "cel.Distinct(%s)", a[0].code)
			}
			return call(t, "cel.DistinctFunc(%s, %s)", a[0].code, c.equalFunc(t.Elem))
		},
		"list_sets_contains_list": sets("ContainsAll", false), "list_sets_equivalent_list": sets("SameElements", false),
		"list_sets_intersects_list": sets("ContainsAny", true),
		"list_hasAll_list":          sets("ContainsAll", false), "list_hasExactly_list": sets("SameElements", false),
		"list_hasAny_list": sets("ContainsAny", true), "list_hasOnly_list": sets("ContainsAll", true),
	}
	for _, t := range []*types.Type{types.IntType, types.UintType, types.DoubleType, types.BoolType, types.StringType, types.BytesType} {
		m["list_"+t.String()+"_sort"] = sorted
		m["list_"+t.String()+"_sortByAssociatedKeys"] = sortedBy
	}
	for _, name := range []string{"google.protobuf.Duration", "google.protobuf.Timestamp"} {
		m["list_"+name+"_sort"] = sorted
		m["list_"+name+"_sortByAssociatedKeys"] = sortedBy
	}
	return m
}

// flattenDepth takes off as many levels as the depth says, which celenv has checked to be a constant, or as there are.
func flattenDepth(c *compiler, b *block, t *types.Type, a []value) value {
	v := a[0]
	if d, ok := a[1].intLit(); ok && d < 0 {
		c.failf("the depth of flatten cannot be negative")
	}
	for !types.Equal(v.typ, t) {
		v = rt("Flatten")(c, b, v.typ.Elem, []value{v})
	}
	return v
}

// sets compares two lists as sets; flip exchanges them.
func sets(name string, flip bool) function {
	return func(c *compiler, _ *block, t *types.Type, a []value) value {
		c.use(celPath)
		x, y := a[0], a[1]
		if flip {
			x, y = y, x
		}
		if !types.Equal(x.typ, y.typ) {
			return call(t, "cel.%s(%s, %s, %s)", name, x.code, y.code, c.equalFunc2(x.typ.Elem, y.typ.Elem))
		}
		return call(t, "cel.%s(%s, %s, %s)", name, x.code, y.code, c.sameFunc(x.typ.Elem))
	}
}

// sameFunc names a Go function that is CEL's == on values of t.
func (c *compiler) sameFunc(t *types.Type) string {
	if plain(t) {
		return "cel.Same[" + c.goType(t) + "]"
	}
	return c.equalFunc(t)
}

// order names a Go function that compares two values for sorting.
func (c *compiler) order(t *types.Type) string {
	switch t.Kind {
	case types.Bool:
		return "cel.CompareBool"
	case types.Bytes:
		c.use("bytes")
		return "bytes.Compare"
	case types.Timestamp:
		c.use("time")
		return "time.Time.Compare"
	}
	return "cel.Compare[" + c.goType(t) + "]"
}

func sorted(c *compiler, _ *block, t *types.Type, a []value) value {
	c.use(celPath)
	return call(t, "cel.Sorted(%s, %s)", a[0].code, c.order(t.Elem))
}

func sortedBy(c *compiler, _ *block, t *types.Type, a []value) value {
	c.use(celPath)
	return call(t, "cel.SortedBy(%s, %s, %s)", a[0].code, a[1].code, c.order(a[1].typ.Elem))
}

// networkFuncs are CEL's extensions for addresses.
func networkFuncs() map[string]function {
	text := func(parse string, f function) function {
		return func(c *compiler, b *block, t *types.Type, a []value) value {
			a[1] = try(parse)(c, b, nil, a[1:])
			return f(c, b, t, a)
		}
	}
	is := func(name string) function { return method(name) }
	contains := func(_ *compiler, _ *block, t *types.Type, a []value) value {
		return call(t, "%s.Contains(%s)", a[0].at(primaryPrec), a[1].code)
	}
	return map[string]function{
		"string_to_ip": try("ParseIP"), "string_to_cidr": try("ParseCIDR"), "is_ip": rt("IsIP"), "is_cidr": rt("IsCIDR"),
		"ip_is_canonical": try("IsCanonicalIP"), "ip_to_string": method("String"), "cidr_to_string": method("String"),
		"ip_family": rt("IPFamily"), "ip_is_global_unicast": is("IsGlobalUnicast"), "ip_is_loopback": is("IsLoopback"),
		"ip_is_link_local_multicast": is("IsLinkLocalMulticast"), "ip_is_link_local_unicast": is("IsLinkLocalUnicast"),
		"ip_is_unspecified": is("IsUnspecified"), "cidr_ip": method("Addr"), "cidr_masked": method("Masked"), "cidr_is_mask": rt("IsMask"),
		"cidr_prefix_length": func(_ *compiler, _ *block, t *types.Type, a []value) value {
			return call(t, "int64(%s.Bits())", a[0].at(primaryPrec)).within(0, 128)
		},
		"cidr_contains_ip_ip": contains, "cidr_contains_ip_string": text("ParseIP", contains),
		"cidr_contains_cidr": rt("ContainsCIDR"), "cidr_contains_cidr_string": text("ParseCIDR", rt("ContainsCIDR")),
	}
}
