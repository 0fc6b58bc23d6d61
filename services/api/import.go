package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	// maxText is the most bytes that one imported file may have.
	maxText = 64 << 20
	// maxImported is the most documents that one imported file may hold.
	maxImported = 20_000
	// maxImporting is how many bytes of files are imported at a time: an import takes
	// some twenty times its size of memory. Others wait before they send.
	maxImporting = maxText
)

// Texts knows what published texts look like.
type Texts interface {
	// Read makes a text of a file's bytes. Its error tells a person why they are none.
	Read(name string, file []byte) (catalog.PublishedText, error)
	// Documents finds the documents of a text, in order and without gaps; one alone
	// when whole is set.
	Documents(text string, whole bool) ([]catalog.FoundDocument, error)
}

type importStream = grpc.ClientStreamingServer[fondsv1.ImportTextRequest, fondsv1.ImportTextResponse]

// ImportText takes a published text in.
func (s *ingestServer) ImportText(stream importStream) error {
	first, err := stream.Recv()
	if errors.Is(err, io.EOF) {
		return invalid("header", "the import ended before its header")
	}
	if err != nil {
		return err
	}
	h := first.GetHeader()
	if h == nil {
		return invalid("header", "the first message of an import has to be its header")
	}
	collection, err := collectionID("header.collection", h.GetCollection())
	if err != nil {
		return err
	}
	if collection == "" {
		collection = catalog.DefaultCollection
	}
	if strings.Contains(h.GetPath(), "\x00") {
		return invalid("header.path", "the path contains a NUL")
	}
	if h.GetSize() > maxText {
		return textTooLarge(fmt.Sprintf("the file has %d bytes; at most %d are imported at once: cut it", h.GetSize(), maxText))
	}
	size := int64(h.GetSize())
	if err := s.importing.Acquire(stream.Context(), size); err != nil {
		return err
	}
	defer s.importing.Release(size)
	file, err := s.importedBytes(stream, h)
	if err != nil {
		return err
	}
	i, err := s.importAsked(h, file)
	if err != nil {
		return err
	}
	i.Collection, i.Person = collection, person(stream.Context())
	m, err := s.keepText(stream.Context(), i, file)
	if err != nil {
		return err
	}
	return stream.SendAndClose(m)
}

// importedBytes receives a file, which is held whole: its text is needed at once.
func (s *ingestServer) importedBytes(stream importStream, h *fondsv1.ImportTextHeader) ([]byte, error) {
	next := func() ([]byte, error) {
		m, err := stream.Recv()
		if err != nil {
			return nil, err
		}
		if _, ok := m.GetPart().(*fondsv1.ImportTextRequest_Data); !ok {
			return nil, invalid("data", "after the header of an import there come bytes only")
		}
		return m.GetData(), nil
	}
	var file bytes.Buffer
	err := s.receive(next, func(r io.Reader) error {
		_, err := io.Copy(&file, io.LimitReader(r, int64(h.GetSize())+1))
		return err
	})
	if err != nil {
		return nil, err // and the buffer may still be written to
	}
	switch sum := sha256.Sum256(file.Bytes()); {
	case uint64(file.Len()) != h.GetSize():
		return nil, &catalog.Error{
			Code: catalog.Invalid, Reason: ReasonSizeMismatch, Field: "header.size",
			Message: fmt.Sprintf("%d bytes or more came, the header says %d", file.Len(), h.GetSize()),
		}
	case h.GetSha256() != "" && hex.EncodeToString(sum[:]) != h.GetSha256():
		return nil, &catalog.Error{
			Code: catalog.Invalid, Reason: ReasonDigestMismatch, Field: "header.sha256",
			Message: fmt.Sprintf("the bytes that came have the SHA-256 %x", sum),
		}
	}
	return file.Bytes(), nil
}

func textTooLarge(message string) error {
	return &catalog.Error{
		Code: catalog.Invalid, Reason: ReasonTextTooLarge, Field: "data", Message: message,
		Metadata: map[string]string{"limit_bytes": fmt.Sprint(maxText), "limit_documents": fmt.Sprint(maxImported)},
	}
}

// importAsked reads the text and finds its documents.
func (s *ingestServer) importAsked(h *fondsv1.ImportTextHeader, file []byte) (catalog.Import, error) {
	text, err := s.Texts.Read(h.GetPath(), file)
	if err != nil {
		return catalog.Import{}, &catalog.Error{
			Code: catalog.Invalid, Reason: ReasonNotText, Field: "data", Message: fmt.Sprintf("%q: %s", h.GetPath(), err),
		}
	}
	found, err := s.Texts.Documents(text.Text, h.GetAsDocument())
	if err != nil {
		return catalog.Import{}, fmt.Errorf("find the documents of %q: %w", h.GetPath(), err)
	}
	if len(found) > maxImported {
		return catalog.Import{}, textTooLarge(fmt.Sprintf("%q holds %d documents; at most %d are imported at once: cut the file", h.GetPath(), len(found), maxImported))
	}
	sum := sha256.Sum256(file)
	i := catalog.Import{
		Path: h.GetPath(), Digest: catalog.Digest(hex.EncodeToString(sum[:])), Size: int64(len(file)), MediaType: text.MediaType,
		Parts: partsOf(found, h.GetPath(), h.GetAsDocument()),
	}
	i.Reading, err = importedReading(h, text)
	return i, err
}

func partsOf(found []catalog.FoundDocument, name string, whole bool) []catalog.ImportedPart {
	parts := make([]catalog.ImportedPart, len(found))
	for n, d := range found {
		parts[n].Title = d.Title
		if parts[n].Title == "" {
			parts[n].Title = path.Base(name)
		}
		if len(found) > 1 || whole {
			parts[n].Range = &catalog.Range{Start: d.Start, End: d.End}
		}
	}
	return parts
}

func importedReading(h *fondsv1.ImportTextHeader, text catalog.PublishedText) (catalog.Reading, error) {
	body := &fondsv1.Body{Text: text.Text}
	for _, step := range text.Steps {
		body.Steps = append(body.Steps, &fondsv1.Step{Name: "import", Detail: step})
	}
	edition := &fondsv1.Edition{Title: h.GetEdition().GetTitle(), Url: h.GetEdition().GetUrl()}
	if edition.GetTitle() == "" {
		edition.Title = path.Base(h.GetPath())
	}
	if edition.GetUrl() == "" {
		edition.Url = text.URL
	}
	encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(body)
	if err != nil {
		return catalog.Reading{}, fmt.Errorf("encode body: %w", err)
	}
	source, err := proto.MarshalOptions{Deterministic: true}.Marshal(edition)
	if err != nil {
		return catalog.Reading{}, fmt.Errorf("encode edition: %w", err)
	}
	sum := sha256.Sum256(encoded)
	return catalog.Reading{
		Text: text.Text, Measure: catalog.Measure{Confidence: -1, Words: len(strings.Fields(text.Text))}, Body: encoded, BodyDigest: catalog.Digest(hex.EncodeToString(sum[:])), Engine: source,
	}, nil
}

// keepText stores the bytes and then what is said of them. A death in between leaves
// bytes that nothing names, and the same command imports them again.
func (s *ingestServer) keepText(ctx context.Context, i catalog.Import, file []byte) (*fondsv1.ImportTextResponse, error) {
	if err := s.Catalog.Takes(ctx, i.Digest); err != nil {
		return nil, err
	}
	if _, _, err := s.Blobs.Put(ctx, bytes.NewReader(file), string(i.Digest), i.Size); err != nil {
		return nil, err
	}
	kept, err := s.Catalog.ImportText(ctx, i)
	if err != nil {
		return nil, s.taken(ctx, catalog.Arrival{Digest: i.Digest}, err)
	}
	page, documents := pageNameOf(i.Digest, 1), documentsOf(kept.Documents, false)
	if err := s.callPeople(ctx, messages(documents)...); err != nil {
		return nil, err
	}
	return &fondsv1.ImportTextResponse{
		Scan: "scans/" + string(i.Digest), Holding: "collections/" + i.Collection + "/holdings/" + kept.Holding.ID,
		Reading: page + "/readings/" + kept.Reading, Documents: documents, AlreadyHeld: kept.AlreadyHeld,
	}, nil
}

// runeStart moves a place in a text back to where a character begins.
func runeStart(text string, at int) int {
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}
