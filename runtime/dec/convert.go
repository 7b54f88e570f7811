package dec

import (
	"math"
	"strconv"
)

// Parse reads a number as JSON and CSV have it: digits with a point or an exponent, 12.50, -.5, 1e3. The value must be exact:
// false in the second result says that the text is no number, in the third that it has more digits than there are.
func Parse[T string | []byte](s T) (d Decimal, number, fits bool) {
	i, neg := 0, false
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		neg = s[i] == '-'
		i++
	}
	var coef uint64
	digits, scale, zeros, point := 0, 0, 0, false
	fits = true
	for ; i < len(s); i++ {
		c := s[i] - '0'
		switch {
		case s[i] == '.' && !point:
			point = true
			continue
		case c > 9:
		default:
			digits++
			if point {
				scale++
			}
			if c == 0 { // zeros count once another digit follows: those at the end change nothing but the scale
				zeros++
				continue
			}
			for ; zeros > 0 && coef != 0; zeros-- {
				coef, fits = times10(coef, fits)
			}
			zeros = 0
			if coef, fits = times10(coef, fits); coef > limit-1-uint64(c) {
				fits = false
			}
			coef += uint64(c)
			continue
		}
		break
	}
	exponent := 0
	if digits > 0 && i < len(s) && s[i]|0x20 == 'e' {
		if exponent, i = readExponent(s, i+1); i < 0 {
			return Decimal{}, false, false
		}
	}
	if digits == 0 || i != len(s) {
		return Decimal{}, false, false
	}
	if coef == 0 {
		return Decimal{}, true, true
	}
	exponent += zeros - scale
	for ; exponent > 0 && fits; exponent-- {
		coef, fits = times10(coef, fits)
	}
	if !fits || exponent < -2*MaxDigits {
		return Decimal{}, true, false
	}
	d, ok := wide(neg, 0, coef, -exponent)
	return d, true, ok
}

func times10(coef uint64, fits bool) (uint64, bool) {
	if coef >= limit/10 {
		return coef, false
	}
	return coef * 10, fits
}

// readExponent reads the digits behind an e; the cursor is -1 if there are none. No number fits whose exponent is out of
// ±10,000, whatever it is.
func readExponent[T string | []byte](s T, i int) (exponent, end int) {
	neg := false
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		neg = s[i] == '-'
		i++
	}
	start := i
	for ; i < len(s) && s[i]-'0' <= 9; i++ {
		exponent = min(exponent*10+int(s[i]-'0'), 10_000)
	}
	if i == start {
		return 0, -1
	}
	if neg {
		exponent = -exponent
	}
	return exponent, i
}

// FromString is decimal(s) in CEL.
func FromString(s string) (Decimal, error) {
	d, number, fits := Parse(s)
	switch {
	case !number:
		return d, ErrSyntax
	case !fits:
		return d, ErrOverflow
	}
	return d, nil
}

// Must is FromString for constants.
func Must(s string) Decimal {
	d, err := FromString(s)
	if err != nil {
		panic(strconv.Quote(s) + ": " + err.Error())
	}
	return d
}

// FromInt is v, which always fits.
func FromInt(v int64) Decimal {
	if v < 0 {
		return wideInt(true, -uint64(v))
	}
	return wideInt(false, uint64(v))
}

func wideInt(neg bool, coef uint64) Decimal {
	d, _ := wide(neg, 0, coef, 0)
	return d
}

// FromUint is v, which fits up to 9,999,999,999,999,999,999.
func FromUint(v uint64) (Decimal, error) { return result(wide(false, 0, v, 0)) }

// FromDouble is the decimal number that v is written as: the shortest that reads back as v.
func FromDouble(v float64) (Decimal, error) {
	var buf [32]byte
	d, number, fits := Parse(strconv.AppendFloat(buf[:0], v, 'e', -1, 64))
	if !number || !fits {
		return Decimal{}, ErrOverflow
	}
	return d, nil
}

// Int cuts off the fraction.
func (d Decimal) Int() (int64, error) {
	neg, coef, scale := d.Parts()
	switch whole := coef / pow10[scale]; {
	case neg && whole <= 1<<63:
		return -int64(whole), nil
	case !neg && whole <= math.MaxInt64:
		return int64(whole), nil
	}
	return 0, ErrInt
}

// Uint cuts off the fraction; what is less than 0 then is an error.
func (d Decimal) Uint() (uint64, error) {
	neg, coef, scale := d.Parts()
	whole := coef / pow10[scale]
	if neg && whole > 0 {
		return 0, ErrUint
	}
	return whole, nil
}

// Double is the double next to d.
func (d Decimal) Double() float64 {
	v, _ := d.v.Float64() // every decimal is far inside the range of doubles
	return v
}

// String is d in plain digits, without zeros at its end: 12.5, -0.001.
func (d Decimal) String() string { return string(Append(nil, d, 0)) }

// Append appends d in plain digits, at least scale of them behind the point.
func Append(b []byte, d Decimal, scale int) []byte {
	neg, coef, have := d.Parts()
	if neg {
		b = append(b, '-')
	}
	b = strconv.AppendUint(b, coef/pow10[have], 10)
	if have == 0 && scale == 0 {
		return b
	}
	b = append(b, '.')
	fraction := coef % pow10[have]
	for i := have - 1; i >= 0; i-- {
		b = append(b, '0'+byte(fraction/pow10[i]%10))
	}
	for ; have < scale; have++ {
		b = append(b, '0')
	}
	return b
}
