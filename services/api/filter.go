package api

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.einride.tech/aip/filtering"
	expr "google.golang.org/genproto/googleapis/api/expr/v1alpha1"

	"github.com/fonds-archive/fonds/services/catalog"
)

// maxComparisons bounds a filter: each is a condition in a statement of the database.
const maxComparisons = 100

// documentQuery translates an AIP-160 filter.
func documentQuery(filter string, keys KeyMaker) (catalog.DocumentQuery, error) {
	var q catalog.DocumentQuery
	r := filterReader{source: strings.TrimSpace(filter), keys: keys}
	if r.source == "" {
		return q, nil
	}
	// Places are told in what the caller wrote, blanks before it counted.
	before, _, _ := strings.Cut(filter, r.source)
	r.skipped = utf8.RuneCountInString(before)
	var p filtering.Parser
	p.Init(r.source)
	parsed, err := p.Parse()
	if err != nil {
		return q, r.unparsed(err)
	}
	r.positions = parsed.GetSourceInfo().GetPositions()
	q.Where, err = r.condition(parsed.GetExpr())
	return q, err
}

// filterReader makes conditions of the tree of a filter.
type filterReader struct {
	source      string
	skipped     int
	positions   map[int64]int32
	keys        KeyMaker
	comparisons int
}

// unparsed tells what the parser stumbled over first: the innermost of its errors.
func (r *filterReader) unparsed(err error) error {
	offset, what := 0, "it cannot be understood"
	for ; err != nil; err = errors.Unwrap(err) {
		if e, ok := err.(interface {
			Position() filtering.Position
			Message() string
		}); ok {
			offset, what = int(e.Position().Offset), e.Message()
		}
	}
	offset = min(max(offset, 0), len(r.source))
	rest := strings.TrimSpace(r.source[offset:])
	offset += strings.Index(r.source[offset:], rest)
	return r.refuse(offset, mistake(rest, what))
}

// mistake says what is wrong with the rest of a filter. The parser speaks of its own
// tokens; what it says of them stands for whatever is not told apart here.
func mistake(rest, what string) string {
	next, _, _ := strings.Cut(rest, " ")
	switch {
	case what == "unterminated string":
		return "a quotation mark without an end"
	case strings.HasPrefix(what, "expected "):
		return fmt.Sprintf("%q is expected here", strings.TrimPrefix(what, "expected "))
	case rest == "":
		return `something is missing at the end: a comparison, such as title:"4117", or its value`
	case next == "AND", next == "OR":
		return next + ` stands between two comparisons, such as title:"4117"`
	case next == "NOT":
		return `NOT stands before a comparison, such as title:"4117"`
	case strings.HasPrefix(rest, "-"):
		return `"-" is not expected here: write dates and what has signs in it in quotation marks`
	case strings.HasPrefix(what, "unexpected"):
		c, _ := utf8.DecodeRuneInString(rest)
		return fmt.Sprintf(`%q is not expected here: write comparisons such as title:"4117" with AND, OR or NOT between them, and what has signs in it in quotation marks`, c)
	}
	return what
}

// refuse is an error that names a place in the filter, an offset in bytes.
func (r *filterReader) refuse(offset int, what string) error {
	character := strconv.Itoa(r.skipped + utf8.RuneCountInString(r.source[:min(max(offset, 0), len(r.source))]) + 1)
	err := catalog.Error{
		Code: catalog.Invalid, Reason: catalog.ReasonInvalidArgument, Field: "filter",
		Message:  fmt.Sprintf("filter, character %s: %s", character, what),
		Metadata: map[string]string{"character": character},
	}
	return &err
}

func (r *filterReader) refuseAt(e *expr.Expr, format string, args ...any) error {
	return r.refuse(int(r.positions[e.GetId()]), fmt.Sprintf(format, args...))
}

// condition translates a tree. Its depth is that of the parentheses in 4 KB of text.
func (r *filterReader) condition(e *expr.Expr) (catalog.Condition, error) {
	call := e.GetCallExpr()
	switch call.GetFunction() {
	case filtering.FunctionAnd, filtering.FunctionOr:
		left, err := r.condition(call.GetArgs()[0])
		if err != nil {
			return nil, err
		}
		right, err := r.condition(call.GetArgs()[1])
		if call.GetFunction() == filtering.FunctionAnd {
			return catalog.AllOf(left, right), err
		}
		return catalog.AnyOf(left, right), err
	case filtering.FunctionNot:
		inner, err := r.condition(call.GetArgs()[0])
		if twice, ok := inner.(catalog.Not); ok {
			return twice.Condition, err
		}
		return catalog.Not{Condition: inner}, err
	case filtering.FunctionFuzzyAnd:
		return nil, r.refuseAt(call.GetArgs()[1], "put AND or OR between two comparisons, and a value of several words in quotation marks")
	case "=", "!=", ":", "<", "<=", ">", ">=":
		return r.comparison(e, call.GetArgs()[0], call.GetFunction(), call.GetArgs()[1])
	}
	return nil, r.refuseAt(e, `a filter is made of comparisons, such as title:"4117" or fields.telegram_number = "4117"`)
}

func (r *filterReader) comparison(whole, left *expr.Expr, operator string, right *expr.Expr) (catalog.Condition, error) {
	if r.comparisons++; r.comparisons > maxComparisons {
		return nil, r.refuseAt(whole, "a filter has %d comparisons at most", maxComparisons)
	}
	value, ok := r.value(right)
	if !ok {
		return nil, r.refuseAt(right, "write the value that is compared with in quotation marks")
	}
	if strings.ContainsRune(value, 0) || !utf8.ValidString(value) {
		return nil, r.refuseAt(right, "the value has a character that no text has")
	}
	name, ok := comparedName(left)
	if !ok {
		return nil, r.refuseAt(left, "the name of what is compared stands on the left, without quotation marks")
	}
	if field, isField := strings.CutPrefix(name, fieldPath); isField || name == partsName {
		c, err := r.keys.Condition(field, operator, value)
		if err != nil {
			return nil, r.refuseAt(left, "%s", err)
		}
		return c, nil
	}
	compare, ok := ownComparisons[name]
	if !ok {
		return nil, r.refuseAt(left, "%q cannot be compared: a filter knows %s, and fields.NAME, where NAME is one of %s",
			name, strings.Join(ownNames, ", "), strings.Join(r.keys.Fields(), ", "))
	}
	c, err := compare(operator, value)
	if err != nil {
		return nil, r.refuseAt(left, "%s", err)
	}
	return c, nil
}

// partsName is how many documents a text seems to hold, which has a key as fields have.
const partsName = "parts"

// comparedName gives the name on the left, such as fields.sent_at.
func comparedName(e *expr.Expr) (string, bool) {
	if s := e.GetSelectExpr(); s != nil {
		operand, ok := comparedName(s.GetOperand())
		return operand + "." + s.GetField(), ok
	}
	name := e.GetIdentExpr().GetName()
	return name, name != ""
}

// value gives what is compared with: a text, a word, a number as written, or what
// timestamp("…") has in it.
func (r *filterReader) value(e *expr.Expr) (string, bool) {
	if call := e.GetCallExpr(); call.GetFunction() == filtering.FunctionTimestamp && len(call.GetArgs()) == 1 {
		return r.value(call.GetArgs()[0])
	}
	if word := e.GetIdentExpr().GetName(); word != "" {
		return word, true
	}
	switch kind := e.GetConstExpr().GetConstantKind().(type) {
	case *expr.Constant_StringValue:
		return kind.StringValue, true
	case *expr.Constant_Int64Value, *expr.Constant_DoubleValue:
		number := r.source[min(int(r.positions[e.GetId()]), len(r.source)):]
		end := strings.IndexFunc(number, func(c rune) bool { return unicode.IsSpace(c) || c == ')' })
		if end < 0 {
			end = len(number)
		}
		return number[:end], true
	}
	return "", false
}
