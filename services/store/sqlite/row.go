package sqlite

import (
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// row gives the columns of one row from left to right. The types are those of
// the tables, which are STRICT, so there is nothing to convert.
type row struct {
	values []driver.Value
	next   int
	err    error
}

func (r *row) take() driver.Value {
	v := r.values[r.next]
	r.next++
	return v
}

func (r *row) text() string {
	s, _ := r.take().(string)
	return s
}

func (r *row) blob() []byte {
	b, _ := r.take().([]byte)
	return b
}

func (r *row) int64() int64 {
	n, _ := r.take().(int64)
	return n
}

func (r *row) int() int { return int(r.int64()) }

func (r *row) digest() catalog.Digest { return catalog.Digest(hex.EncodeToString(r.blob())) }

func (r *row) bool() bool { return r.int64() != 0 }

// json decodes text into what to points at; empty text leaves it as it is.
func (r *row) json(what string, to any) {
	text := r.text()
	if text == "" {
		return
	}
	if err := json.Unmarshal([]byte(text), to); err != nil {
		r.err = fmt.Errorf("%w: decode %s: %w", catalog.ErrDamaged, what, err)
	}
}

// list decodes a JSON array of texts; nil for an empty one.
func (r *row) list(what string) []string {
	var texts []string
	if r.json(what, &texts); len(texts) == 0 {
		return nil
	}
	return texts
}

func (r *row) time() time.Time {
	if n := r.int64(); n != 0 {
		return time.UnixMicro(n).UTC()
	}
	return time.Time{}
}

func (r *row) counts() catalog.Counts {
	var (
		c catalog.Counts
		n []int
	)
	if err := json.Unmarshal([]byte(r.text()), &n); err != nil {
		r.err = fmt.Errorf("decode counts: %w", err)
	}
	if len(n) > 0 {
		c.Pages = n[0]
		copy(c.Ended[1:], n[1:])
	}
	return c
}

// value is what the driver takes for an argument. A digest that is not one
// becomes NULL, which equals nothing and fits into no column.
func value(a any) driver.Value {
	switch a := a.(type) {
	case string:
		return a
	case int:
		return int64(a)
	case int64:
		return a
	case uint64:
		return int64(a)
	case bool:
		return a
	case []byte:
		if a == nil {
			return []byte{}
		}
		return a
	case time.Time:
		if a.IsZero() {
			return int64(0)
		}
		return a.UnixMicro()
	case catalog.Digest:
		return digest(a)
	case catalog.Counts:
		return countsText(a)
	case catalog.BatchState:
		return int64(a)
	case catalog.FileState:
		return int64(a)
	case catalog.WorkState:
		return int64(a)
	case catalog.Lane:
		return int64(a)
	case catalog.Outcome:
		return int64(a)
	case catalog.Origin:
		return int64(a)
	case catalog.Assurance:
		return int64(a)
	case catalog.ReviewState:
		return int64(a)
	case catalog.CredentialKind:
		return int64(a)
	case jsonText:
		return a.text()
	}
	panic(fmt.Sprintf("sqlite: no column holds a %T", a))
}

func digest(d catalog.Digest) driver.Value {
	if len(d) == 0 {
		return []byte{}
	}
	b, err := hex.DecodeString(string(d))
	if err != nil || len(b) != 32 || strings.ToLower(string(d)) != string(d) {
		return nil
	}
	return b
}

// jsonText is stored as the JSON of the value, and as empty text for none.
type jsonText struct{ of any }

func (j jsonText) text() string {
	if j.of == nil {
		return ""
	}
	text, err := json.Marshal(j.of)
	if err != nil {
		panic(err) // numbers, text and times of this millennium have a form in JSON
	}
	return string(text)
}

func countsText(c catalog.Counts) string {
	if c == (catalog.Counts{}) {
		return "[]"
	}
	text, err := json.Marshal(append([]int{c.Pages}, c.Ended[1:]...))
	if err != nil {
		panic(err) // integers have a form in JSON
	}
	return string(text)
}
