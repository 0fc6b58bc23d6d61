package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"google.golang.org/protobuf/encoding/protojson"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// maxBundle bounds a bundle's file in bytes: some 20,000 pages of typescript.
const maxBundle = 512 << 20

// WriteBundle writes a proof as a file that people can keep: indented JSON, the same bytes
// for the same proof.
func WriteBundle(w io.Writer, p *fondsv1.Proof) error {
	raw, err := protojson.Marshal(p)
	if err != nil {
		return fmt.Errorf("encode proof of %s: %w", p.GetName(), err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return fmt.Errorf("encode proof of %s: %w", p.GetName(), err)
	}
	b.WriteByte('\n')
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write proof of %s: %w", p.GetName(), err)
	}
	return nil
}

// ReadBundle reads what WriteBundle has written. It fails as Invalid on anything else.
func ReadBundle(r io.Reader) (*fondsv1.Proof, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxBundle+1))
	if err != nil {
		return nil, fmt.Errorf("read proof: %w", err)
	}
	if len(raw) > maxBundle {
		return nil, notBundle("it has more than %d bytes", maxBundle)
	}
	p := &fondsv1.Proof{}
	if err := protojson.Unmarshal(raw, p); err != nil {
		return nil, notBundle("%v", err)
	}
	return p, nil
}

func notBundle(format string, args ...any) error {
	return &catalog.Error{
		Code: catalog.Invalid, Reason: catalog.ReasonInvalidArgument,
		Message: "this is no proof as fonds writes it: " + fmt.Sprintf(format, args...),
	}
}
