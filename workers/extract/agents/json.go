package agents

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ReadJSON reads an authority file of the form {"agents": [{"id": …, "variants": [{"variant": …}]}]}
// with the names of the CSV columns. An unknown name is an error, as it is most likely a slip.
func ReadJSON(r io.Reader) (*Authority, error) {
	data, err := readLimited(r)
	if err != nil {
		return nil, fmt.Errorf("read authority file: %w", err)
	}
	d := &jsonFile{data: data, dec: json.NewDecoder(bytes.NewReader(data)), seen: map[string]bool{}}
	d.dec.DisallowUnknownFields()
	a := &Authority{}
	d.read(a)
	if err := d.faults.err("read authority file"); err != nil {
		return nil, err
	}
	return a, nil
}

// jsonFile is the reader's state.
type jsonFile struct {
	data     []byte
	dec      *json.Decoder
	seen     map[string]bool
	variants int
	faults   faults
}

// read takes agent by agent, so that an error names the line at which its agent begins.
func (d *jsonFile) read(a *Authority) {
	const form = `: the file must be one object {"agents": [ … ]}`
	if !d.expect(json.Delim('{'), form) || !d.expect("agents", form) || !d.expect(json.Delim('['), form) {
		return
	}
	for d.dec.More() && !d.faults.full() {
		at := d.next()
		if len(a.Agents) == maxAgents {
			d.fault(at, "", fmt.Sprintf("more than %d agents: split the file", maxAgents))
			return
		}
		var g Agent
		if err := d.dec.Decode(&g); err != nil {
			d.fault(d.where(err, at), "", err.Error()+": correct what stands here")
			return
		}
		d.check(&g, at)
		a.Agents = append(a.Agents, g)
	}
	if d.faults.full() || !d.expect(json.Delim(']'), form) || !d.expect(json.Delim('}'), form) {
		return
	}
	if _, err := d.dec.Token(); !errors.Is(err, io.EOF) {
		d.fault(d.next(), "", "something follows the end of the object: remove it")
	}
}

func (d *jsonFile) expect(want json.Token, form string) bool {
	at := d.next()
	got, err := d.dec.Token()
	switch {
	case err != nil && errors.Is(err, io.EOF):
		d.fault(at, "", "the file ends too early"+form)
	case err != nil:
		d.fault(d.where(err, at), "", err.Error()+form)
	case got != want:
		d.fault(at, "", fmt.Sprintf("%s where %q is expected%s", quote(fmt.Sprint(got)), fmt.Sprint(want), form))
	default:
		return true
	}
	return false
}

func (d *jsonFile) check(g *Agent, at int) {
	if d.seen[g.ID] {
		d.fault(at, "id", quote(g.ID)+" stands twice: put its variants into one object")
	}
	d.seen[g.ID] = true
	for _, p := range g.problems() {
		d.fault(at, p.field, p.text)
	}
	for i := range g.Variants {
		for _, p := range g.Variants[i].problems() {
			d.fault(at, fmt.Sprintf("%s, variant %d, %s", g.ID, i+1, p.field), p.text)
		}
	}
	if d.variants += len(g.Variants); d.variants > maxVariants {
		d.fault(at, "variants", fmt.Sprintf("more than %d variants: split the file", maxVariants))
	}
}

// next is the offset of the next token.
func (d *jsonFile) next() int {
	at := int(d.dec.InputOffset())
	for at < len(d.data) && bytes.IndexByte([]byte(" \t\r\n,:"), d.data[at]) >= 0 {
		at++
	}
	return at
}

// where is the offset of a fault of syntax, or the fallback for others. The decoder counts from the
// value that it reads; the whole file read once more gives the place in the file.
func (d *jsonFile) where(err error, fallback int) int {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return fallback
	}
	var whole json.RawMessage
	if err := json.Unmarshal(d.data, &whole); !errors.As(err, &syntax) {
		return fallback
	}
	return max(0, min(int(syntax.Offset)-1, len(d.data)))
}

func (d *jsonFile) fault(at int, field, text string) {
	before := d.data[:min(at, len(d.data))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - bytes.LastIndexByte(before, '\n')
	d.faults.add(&FileError{line, column, field, text})
}

// WriteJSON writes the file, indented, so that ReadJSON reads the same back.
func WriteJSON(w io.Writer, a *Authority) error {
	out := Authority{Agents: a.Agents}
	if out.Agents == nil {
		out.Agents = []Agent{}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(&out); err != nil {
		return fmt.Errorf("write authority file: %w", err)
	}
	return nil
}
