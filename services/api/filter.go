package api

import (
	"fmt"

	"go.einride.tech/aip/filtering"
	expr "google.golang.org/genproto/googleapis/api/expr/v1alpha1"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

const supportedFilter = `a filter joins these with AND, each at most once: collection = "collections/ID", title:"PART", ` +
	`holding_path = "PATH", complete = true|false, assurance = ASSURANCE_MACHINE|ASSURANCE_CORRECTED|ASSURANCE_VERIFIED`

var filterFields = func() *filtering.Declarations {
	d, err := filtering.NewDeclarations(
		filtering.DeclareStandardFunctions(),
		filtering.DeclareIdent("collection", filtering.TypeString),
		filtering.DeclareIdent("title", filtering.TypeString),
		filtering.DeclareIdent("holding_path", filtering.TypeString),
		filtering.DeclareIdent("complete", filtering.TypeBool),
		filtering.DeclareIdent("true", filtering.TypeBool),
		filtering.DeclareIdent("false", filtering.TypeBool),
		filtering.DeclareEnumIdent("assurance", fondsv1.Assurance(0).Type()),
	)
	if err != nil {
		panic(fmt.Sprintf("declare filter fields: %v", err)) // constant input
	}
	return d
}()

// documentQuery translates an AIP-160 filter.
func documentQuery(filter string) (catalog.DocumentQuery, error) {
	var q catalog.DocumentQuery
	parsed, err := filtering.ParseFilterString(filter, filterFields)
	if err != nil {
		return q, badFilter(err.Error())
	}
	if parsed.CheckedExpr == nil {
		return q, nil
	}
	t := filterTranslator{query: &q, seen: map[string]bool{}}
	return q, t.conjunction(parsed.CheckedExpr.GetExpr())
}

func badFilter(what string) error {
	return invalid("filter", fmt.Sprintf("%.400s; %s", what, supportedFilter))
}

type filterTranslator struct {
	query *catalog.DocumentQuery
	seen  map[string]bool
}

func (t filterTranslator) conjunction(e *expr.Expr) error {
	call := e.GetCallExpr()
	if call == nil || len(call.GetArgs()) != 2 {
		return badFilter("only comparisons joined with AND are understood")
	}
	left, right := call.GetArgs()[0], call.GetArgs()[1]
	if call.GetFunction() == filtering.FunctionAnd {
		if err := t.conjunction(left); err != nil {
			return err
		}
		return t.conjunction(right)
	}
	field := left.GetIdentExpr().GetName()
	if t.seen[field] {
		return badFilter(fmt.Sprintf("%q is compared twice", field))
	}
	t.seen[field] = true
	return t.comparison(field, call.GetFunction(), right)
}

func (t filterTranslator) comparison(field, operator string, value *expr.Expr) error {
	text, isText := value.GetConstExpr().GetConstantKind().(*expr.Constant_StringValue)
	word := value.GetIdentExpr().GetName()
	switch {
	case field == "collection" && operator == "=" && isText:
		id, err := collectionID("filter", text.StringValue)
		if err == nil && id == "" {
			err = badFilter("the collection is empty")
		}
		t.query.Collection = id
		return err
	case field == "title" && operator == ":" && isText && text.StringValue != "":
		t.query.TitleContains = text.StringValue
	case field == "holding_path" && operator == "=" && isText && text.StringValue != "":
		t.query.Path = text.StringValue
	case field == "complete" && operator == "=" && (word == "true" || word == "false"):
		complete := word == "true"
		t.query.Complete = &complete
	case field == "assurance" && operator == "=" && fondsv1.Assurance_value[word] > 0:
		t.query.Assurance = catalog.Assurance(fondsv1.Assurance_value[word])
	default:
		return badFilter(fmt.Sprintf("%q cannot be compared so", field))
	}
	return nil
}
