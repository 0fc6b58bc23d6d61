package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// protojson adds blanks at random so that nobody relies on its layout; scripts
// and tests want the same bytes each time, so the layout is made anew here.
func encodeJSON(m proto.Message) ([]byte, error) {
	raw, err := protojson.MarshalOptions{EmitDefaultValues: true}.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode JSON: %w", err)
	}
	return raw, nil
}

// writeLine writes one message as one line of JSON.
func writeLine(w io.Writer, m proto.Message) error {
	line, err := lineOf(m)
	if err == nil {
		_, err = w.Write(line)
	}
	return err
}

func lineOf(m proto.Message) ([]byte, error) {
	raw, err := encodeJSON(m)
	if err != nil {
		return nil, err
	}
	var line bytes.Buffer
	if err := json.Compact(&line, raw); err != nil {
		return nil, fmt.Errorf("encode JSON: %w", err)
	}
	line.WriteByte('\n')
	return escaped(line.Bytes()), nil
}

// writeHeadLine writes a message with a document that was read without its regions and
// fields, as lists give it: [] would say that it has none. Within a value of JSON the
// quotation marks would have escapes before them.
func writeHeadLine(w io.Writer, m proto.Message) error {
	line, err := lineOf(m)
	if err != nil {
		return err
	}
	for _, unread := range []string{`"regions":[],`, `"fields":[],`} {
		line = bytes.ReplaceAll(line, []byte(unread), nil)
	}
	_, err = w.Write(line)
	return err
}

// writeResource writes one message as indented JSON.
func writeResource(w io.Writer, m proto.Message) error {
	raw, err := encodeJSON(m)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return fmt.Errorf("encode JSON: %w", err)
	}
	out.WriteByte('\n')
	_, err = w.Write(escaped(out.Bytes()))
	return err
}

// writeValue writes a value that is not a message as one line of JSON.
func writeValue(w io.Writer, v any) error {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(escaped(line.Bytes()))
	return err
}

// escaped writes as \u what texts may have in them and would act on a terminal, but
// for what JSON escapes itself: control characters beyond ASCII, of which one begins
// commands as ESC does, and marks that turn the direction of writing.
func escaped(encoded []byte) []byte {
	acts := func(r rune) bool {
		return r >= 0x7f && (unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Bidi_Control, r))
	}
	if !bytes.ContainsFunc(encoded, acts) {
		return encoded
	}
	var b bytes.Buffer
	for _, r := range string(encoded) {
		if acts(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.Bytes()
}
