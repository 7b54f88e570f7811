package check

import (
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
)

// maxRounds bounds how often a spec is fixed and checked again. A fix can bring to light what another error hid, hence the
// rounds; real specs need two or three.
const maxRounds = 10

// Fix applies the safe fixes of a spec, and those of what is then found, until there are none. It returns the new file, which is
// the old one if there was nothing to do, and what was fixed, each with its place in the text as it was then. Fixing the result
// again changes nothing; every byte outside of the edits stays as it was.
func Fix(file *source.File) (*source.File, diag.List) {
	var all diag.List
	for range maxRounds {
		_, diags := Check(file)
		text, applied := diags.Apply(file, func(f *diag.Fix) bool { return f.Safe })
		if len(applied) == 0 {
			break
		}
		file = file.With(text)
		all = append(all, applied...)
	}
	return file, all
}
