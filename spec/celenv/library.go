package celenv

import (
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/overloads"
	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// withoutReplaced is the standard library without what makes no sense here (type) and without the overloads that
// [replaced] declares again: cel-go keeps the zone offset that a timestamp was written with and prints it again. Our
// timestamps have no zone; they are always UTC, as a timestamp that went through a topic or a store would be.
func withoutReplaced() *env.LibrarySubset {
	return env.NewLibrarySubset().AddExcludedFunctions(
		env.NewFunction(overloads.TypeConvertType),
		env.NewFunction(overloads.TypeConvertTimestamp, env.NewOverload(overloads.StringToTimestamp, nil, nil)),
	)
}

// replaced declares what withoutReplaced took out.
func replaced() []cel.EnvOption {
	return []cel.EnvOption{
		cel.Function(overloads.TypeConvertTimestamp, cel.Overload(overloads.StringToTimestamp,
			[]*cel.Type{cel.StringType}, cel.TimestampType, cel.UnaryBinding(func(v ref.Val) ref.Val {
				out := v.ConvertToType(celtypes.TimestampType)
				if t, ok := out.(celtypes.Timestamp); ok {
					return celtypes.Timestamp{Time: t.In(time.UTC)}
				}
				return out
			}))),
	}
}

// enumToString declares string(e) for an enum. Values convert themselves.
func enumToString(name string) cel.EnvOption {
	return cel.Function(overloads.TypeConvertString, cel.Overload(EnumToString+name,
		[]*cel.Type{cel.OpaqueType(name)}, cel.StringType, cel.UnaryBinding(func(v ref.Val) ref.Val {
			return v.ConvertToType(celtypes.StringType)
		})))
}

// EnumToString begins the overload id of string(e); the enum's name follows.
const EnumToString = "enum_to_string_"

// Supported tells whether gen/expr compiles an overload. All others are refused by [Env.Compile].
func Supported(overload string) bool {
	return supported[overload] || strings.HasPrefix(overload, EnumToString) || strings.HasPrefix(overload, userFunc) || strings.HasPrefix(overload, parseOverload)
}

// Overloads lists the supported overloads, without string(enum).
func Overloads() []string {
	var ids []string
	for id := range supported {
		ids = append(ids, id)
	}
	return ids
}

var supported = map[string]bool{}

func init() {
	for _, id := range strings.Fields(`
conditional logical_and logical_or logical_not not_strictly_false equals not_equals
less_bool less_int64 less_int64_double less_int64_uint64 less_uint64 less_uint64_double less_uint64_int64
less_double less_double_int64 less_double_uint64 less_string less_bytes less_timestamp less_duration
less_equals_bool less_equals_int64 less_equals_int64_double less_equals_int64_uint64 less_equals_uint64
less_equals_uint64_double less_equals_uint64_int64 less_equals_double less_equals_double_int64
less_equals_double_uint64 less_equals_string less_equals_bytes less_equals_timestamp less_equals_duration
greater_bool greater_int64 greater_int64_double greater_int64_uint64 greater_uint64 greater_uint64_double
greater_uint64_int64 greater_double greater_double_int64 greater_double_uint64 greater_string greater_bytes
greater_timestamp greater_duration
greater_equals_bool greater_equals_int64 greater_equals_int64_double greater_equals_int64_uint64
greater_equals_uint64 greater_equals_uint64_double greater_equals_uint64_int64 greater_equals_double
greater_equals_double_int64 greater_equals_double_uint64 greater_equals_string greater_equals_bytes
greater_equals_timestamp greater_equals_duration
add_int64 add_uint64 add_double add_string add_bytes add_list add_timestamp_duration add_duration_timestamp
add_duration_duration subtract_int64 subtract_uint64 subtract_double subtract_timestamp_timestamp
subtract_timestamp_duration subtract_duration_duration multiply_int64 multiply_uint64 multiply_double
divide_int64 divide_uint64 divide_double modulo_int64 modulo_uint64 negate_int64 negate_double
index_list index_map in_list in_map
size_string size_bytes size_list size_map string_size bytes_size list_size map_size
contains_string ends_with_string starts_with_string matches matches_string
timestamp_to_year timestamp_to_month timestamp_to_day_of_year timestamp_to_day_of_month
timestamp_to_day_of_month_1_based timestamp_to_day_of_week timestamp_to_hours timestamp_to_minutes
timestamp_to_seconds timestamp_to_milliseconds
timestamp_to_year_with_tz timestamp_to_month_with_tz timestamp_to_day_of_year_with_tz
timestamp_to_day_of_month_with_tz timestamp_to_day_of_month_1_based_with_tz timestamp_to_day_of_week_with_tz
timestamp_to_hours_with_tz timestamp_to_minutes_with_tz timestamp_to_seconds_tz timestamp_to_milliseconds_with_tz
duration_to_hours duration_to_minutes duration_to_seconds duration_to_milliseconds
int64_to_int64 uint64_to_int64 double_to_int64 string_to_int64 timestamp_to_int64 duration_to_int64
uint64_to_uint64 int64_to_uint64 double_to_uint64 string_to_uint64
double_to_double int64_to_double uint64_to_double string_to_double
bool_to_bool string_to_bool bytes_to_bytes string_to_bytes
string_to_string bool_to_string int64_to_string uint64_to_string double_to_string bytes_to_string
timestamp_to_string duration_to_string
timestamp_to_timestamp string_to_timestamp int64_to_timestamp duration_to_duration string_to_duration
optional_none optional_of optional_ofNonZeroValue optional_value optional_hasValue optional_hasValue_value
optional_or_optional optional_orValue_value select_optional_field
list_optindex_optional_int map_optindex_optional_value
optional_list_optindex_optional_int optional_map_optindex_optional_value optional_list_index_int optional_map_index_value
optional_member list_first list_last optional_unwrap optional_unwrapOpt
string_char_at_int string_index_of_string string_index_of_string_int string_last_index_of_string
string_last_index_of_string_int string_lower_ascii string_upper_ascii string_replace_string_string
string_replace_string_string_int string_split_string string_split_string_int string_substring_int
string_substring_int_int string_trim string_reverse strings_quote list_join list_join_string
math_@min_double math_@min_int math_@min_uint math_@min_double_double math_@min_int_int math_@min_uint_uint
math_@min_list_double math_@min_list_int math_@min_list_uint
math_@max_double math_@max_int math_@max_uint math_@max_double_double math_@max_int_int math_@max_uint_uint
math_@max_list_double math_@max_list_int math_@max_list_uint
math_ceil_double math_floor_double math_round_double math_trunc_double math_isInf_double math_isNaN_double
math_isFinite_double math_abs_double math_abs_int math_abs_uint math_sign_double math_sign_int math_sign_uint
math_bitAnd_int_int math_bitAnd_uint_uint math_bitOr_int_int math_bitOr_uint_uint math_bitXor_int_int
math_bitXor_uint_uint math_bitNot_int_int math_bitNot_uint_uint math_bitShiftLeft_int_int
math_bitShiftLeft_uint_int math_bitShiftRight_int_int math_bitShiftRight_uint_int
math_sqrt_double math_sqrt_int math_sqrt_uint
to_dyn cel_block_list @mapInsert_map_map @mapInsert_map_key_value string_format
list_slice list_flatten list_flatten_int lists_range list_reverse list_distinct
list_int_sort list_uint_sort list_double_sort list_bool_sort list_google.protobuf.Duration_sort
list_google.protobuf.Timestamp_sort list_string_sort list_bytes_sort
list_int_sortByAssociatedKeys list_uint_sortByAssociatedKeys list_double_sortByAssociatedKeys
list_bool_sortByAssociatedKeys list_google.protobuf.Duration_sortByAssociatedKeys
list_google.protobuf.Timestamp_sortByAssociatedKeys list_string_sortByAssociatedKeys list_bytes_sortByAssociatedKeys
list_hasOnly_list list_hasAny_list list_hasAll_list list_hasExactly_list
list_sets_contains_list list_sets_equivalent_list list_sets_intersects_list
base64_decode_string base64_encode_bytes base64_decode_url_string base64_encode_url_bytes
regex_extract_string_string regex_extractAll_string_string regex_replace_string_string_string
regex_replace_string_string_string_int
string_to_cidr cidr_to_string cidr_contains_cidr cidr_contains_cidr_string cidr_contains_ip_ip
cidr_contains_ip_string ip_family string_to_ip cidr_ip ip_to_string ip_is_canonical is_cidr ip_is_global_unicast is_ip
ip_is_link_local_multicast ip_is_link_local_unicast ip_is_loopback cidr_is_mask ip_is_unspecified cidr_masked
cidr_prefix_length
`) {
		supported[id] = true
	}
}
