package report

import (
	"io"
	"net/url"
	"path"
	"slices"

	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
)

// SARIF 2.1.0, the format that code scanning services read: the part of it that we write.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
const sarifSchema = "https://json.schemastore.org/sarif-2.1.0.json"

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool struct {
		Driver sarifDriver `json:"driver"`
	} `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	Version        string      `json:"version,omitempty"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               string    `json:"id"`
	ShortDescription sarifText `json:"shortDescription"`
	HelpURI          string    `json:"helpUri"`
	Help             sarifText `json:"help"`
}

type sarifText struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

type sarifResult struct {
	RuleID           string          `json:"ruleId"`
	RuleIndex        int             `json:"ruleIndex"`
	Level            string          `json:"level"`
	Message          sarifText       `json:"message"`
	Locations        []sarifLocation `json:"locations,omitempty"`
	RelatedLocations []sarifLocation `json:"relatedLocations,omitempty"`
	Fixes            []sarifFix      `json:"fixes,omitempty"`
}

type sarifLocation struct {
	PhysicalLocation sarifPhysical `json:"physicalLocation"`
	Message          *sarifText    `json:"message,omitempty"`
}

type sarifPhysical struct {
	ArtifactLocation sarifArtifact `json:"artifactLocation"`
	Region           sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}

type sarifFix struct {
	Description     sarifText     `json:"description"`
	ArtifactChanges []sarifChange `json:"artifactChanges"`
	Properties      struct {
		Safe bool `json:"safe"`
	} `json:"properties"`
}

type sarifChange struct {
	ArtifactLocation sarifArtifact      `json:"artifactLocation"`
	Replacements     []sarifReplacement `json:"replacements"`
}

type sarifReplacement struct {
	DeletedRegion   sarifRegion `json:"deletedRegion"`
	InsertedContent sarifText   `json:"insertedContent"`
}

func writeSARIF(w io.Writer, l diag.List, version string) error {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "weir", Version: version, InformationURI: "https://github.com/weirstream/weir", Rules: []sarifRule{}}
	var codes []string
	for _, d := range l {
		codes = append(codes, d.Code)
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	for _, code := range codes {
		text, _ := diag.Help(code)
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{ID: code, ShortDescription: sarifText{Text: diag.Title(code)}, HelpURI: page(code),
			Help: sarifText{Text: diag.Title(code), Markdown: text}})
	}
	for _, d := range l {
		res := sarifResult{RuleID: d.Code, RuleIndex: slices.Index(codes, d.Code), Level: d.Severity.String(), Message: sarifText{Text: message(d)}}
		if !d.Subject.IsZero() {
			res.Locations = []sarifLocation{{PhysicalLocation: physical(d.Subject)}}
		}
		for _, r := range d.Related {
			if !r.Span.IsZero() {
				res.RelatedLocations = append(res.RelatedLocations, sarifLocation{physical(r.Span), &sarifText{Text: r.Message}})
			}
		}
		if d.Fix != nil {
			res.Fixes = []sarifFix{fixed(d.Fix)}
		}
		run.Results = append(run.Results, res)
	}
	return indented(w, sarifLog{sarifSchema, "2.1.0", []sarifRun{run}})
}

// fixed is a fix with its edits grouped by file.
func fixed(f *diag.Fix) sarifFix {
	out := sarifFix{Description: sarifText{Text: f.Title}}
	out.Properties.Safe = f.Safe
	for _, e := range f.Edits {
		p := physical(e.Span)
		i := slices.IndexFunc(out.ArtifactChanges, func(c sarifChange) bool { return c.ArtifactLocation == p.ArtifactLocation })
		if i < 0 {
			i = len(out.ArtifactChanges)
			out.ArtifactChanges = append(out.ArtifactChanges, sarifChange{ArtifactLocation: p.ArtifactLocation})
		}
		c := &out.ArtifactChanges[i]
		c.Replacements = append(c.Replacements, sarifReplacement{p.Region, sarifText{Text: e.Text}})
	}
	return out
}

func physical(s source.Span) sarifPhysical {
	from, to := s.From(), s.To()
	return sarifPhysical{sarifArtifact{uri(s.File.Name)}, sarifRegion{from.Line, from.Col, to.Line, to.Col}}
}

// uri is a reference to a file: relative as the user named it, or an absolute one of scheme file.
func uri(name string) string {
	u := url.URL{Path: name}
	switch {
	case path.IsAbs(name):
		u.Scheme = "file"
	case len(name) > 2 && name[1:3] == ":/": // a drive of Windows
		u.Scheme, u.Path = "file", "/"+name
	}
	return u.String()
}
