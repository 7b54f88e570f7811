package cel

import (
	"errors"
	"net/netip"
)

var (
	errNoIP   = errors.New("parse error: not an IP address")
	errNoCIDR = errors.New("parse error: not a CIDR")
)

// ParseIP reads an IPv4 or IPv6 address. Zones and IPv4 addresses within IPv6 are not allowed.
func ParseIP(s string) (netip.Addr, error) {
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" || a.Is4In6() {
		return netip.Addr{}, errNoIP
	}
	return a, nil
}

// ParseCIDR reads a range of addresses, such as 10.0.0.0/8.
func ParseCIDR(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil || p.Addr().Zone() != "" || p.Addr().Is4In6() {
		return netip.Prefix{}, errNoCIDR
	}
	return p, nil
}

// IsIP tells whether [ParseIP] reads s.
func IsIP(s string) bool {
	_, err := ParseIP(s)
	return err == nil
}

// IsCIDR tells whether [ParseCIDR] reads s.
func IsCIDR(s string) bool {
	_, err := ParseCIDR(s)
	return err == nil
}

// IsCanonicalIP tells whether an address is written as it would be printed.
func IsCanonicalIP(s string) (bool, error) {
	a, err := ParseIP(s)
	return err == nil && a.String() == s, err
}

// IPFamily is 4 or 6.
func IPFamily(a netip.Addr) int64 {
	if a.Is4() {
		return 4
	}
	return 6
}

// IsMask tells whether the address of a range has no bits behind the prefix.
func IsMask(p netip.Prefix) bool { return p.Addr() == p.Masked().Addr() }

// ContainsCIDR tells whether all of inner lies in p.
func ContainsCIDR(p, inner netip.Prefix) bool { return p.Overlaps(inner) && p.Bits() <= inner.Bits() }
