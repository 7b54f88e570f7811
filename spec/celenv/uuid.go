package celenv

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"cel.dev/cel-go/cel"
	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

var uuidText = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// uuids declares uuid_v5(namespace, name), which gives what a stream makes of a record a name that replay makes again. Generated
// code has an implementation of its own, which is held against this one.
func uuids() cel.EnvOption {
	return cel.Function("uuid_v5", cel.Overload("uuid_v5_string_string", []*cel.Type{cel.StringType, cel.StringType}, cel.StringType,
		cel.BinaryBinding(func(namespace, name ref.Val) ref.Val {
			text := string(namespace.(celtypes.String))
			if !uuidText.MatchString(text) {
				return celtypes.NewErr("invalid UUID")
			}
			space, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
			if err != nil {
				return celtypes.WrapErr(err)
			}
			h := sha1.New()
			h.Write(space)
			h.Write([]byte(name.(celtypes.String)))
			id := h.Sum(nil)[:16]
			id[6], id[8] = id[6]&0x0f|0x50, id[8]&0x3f|0x80
			return celtypes.String(fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:]))
		})))
}

func init() { supported["uuid_v5_string_string"] = true }
