package main

import (
	"fmt"
	"runtime/debug"

	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/published"
)

// texts tells the services what published texts look like. A fault of the rules
// fails one call.
type texts struct {
	// extractor is made when it is first asked for.
	extractor func() *extract.Extractor
}

func (t texts) Read(name string, file []byte) (api.PublishedText, error) {
	read, err := published.Read(name, file)
	return api.PublishedText{Text: read.Text, MediaType: read.MediaType, Steps: read.Steps, URL: published.URL(read.Text)}, err
}

func (t texts) Documents(text string, whole bool) (found []api.FoundDocument, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the rules panicked: %v\n%s", p, debug.Stack())
		}
	}()
	list := []published.Document{published.Whole(t.extractor(), text)}
	if !whole {
		list = published.Documents(t.extractor(), text)
	}
	for _, d := range list {
		found = append(found, api.FoundDocument(d))
	}
	return found, nil
}
