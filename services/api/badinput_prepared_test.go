package api_test

import (
	"fmt"
	"path/filepath"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// prepared are the methods that need more than names: a state in which they can be
// answered.
var prepared = map[protoreflect.Name]func(*world, way) proto.Message{
	"AddUser": func(w *world, _ way) proto.Message {
		return &fondsv1.AddUserRequest{DisplayName: w.next("Somebody"), Roles: []fondsv1.Role{fondsv1.Role_ROLE_READER}}
	},
	"UpdateUser": func(w *world, _ way) proto.Message {
		return &fondsv1.UpdateUserRequest{Name: w.user, Roles: []fondsv1.Role{fondsv1.Role_ROLE_READER}}
	},
	"CreateDocument": func(w *world, _ way) proto.Message {
		return &fondsv1.CreateDocumentRequest{RequestId: w.next("request"), Document: &fondsv1.Document{
			Collection: "collections/telegrams", Title: "Title", Regions: []*fondsv1.Region{{Page: w.page}},
		}}
	},
	"UpdateDocument": (*world).updating,
	"DeleteDocument": func(w *world, _ way) proto.Message {
		d := w.get(w.published())
		return &fondsv1.DeleteDocumentRequest{Name: d.GetName(), Etag: d.GetEtag()}
	},
	"UndeleteDocument": func(w *world, _ way) proto.Message {
		d, err := w.docs.DeleteDocument(w.olga, &fondsv1.DeleteDocumentRequest{Name: w.published()})
		w.must(err)
		return &fondsv1.UndeleteDocumentRequest{Name: d.GetName(), Etag: d.GetEtag()}
	},
	"SplitDocument": func(w *world, _ way) proto.Message {
		d := w.get(w.published())
		return &fondsv1.SplitDocumentRequest{Name: d.GetName(), Etag: d.GetEtag(), Cuts: []*fondsv1.Cut{{Region: 1, Start: 9, Title: "Second"}}}
	},
	"MergeDocuments": func(w *world, _ way) proto.Message {
		d := w.get(w.published())
		return &fondsv1.MergeDocumentsRequest{Name: d.GetName(), Etag: d.GetEtag(), Others: []string{w.published()}}
	},
	"LookupDocuments": func(_ *world, to way) proto.Message {
		r := &fondsv1.LookupDocumentsRequest{By: &fondsv1.LookupDocumentsRequest_TelegramNumber{TelegramNumber: "5120"}}
		if len(to) > 1 {
			r.By = &fondsv1.LookupDocumentsRequest_Agent{Agent: &fondsv1.AgentInRole{Agent: "SOROKIN"}}
		}
		if len(to) == 1 && to[0].Name() == "on_date" {
			r.OnDate = "1950"
		}
		return r
	},
	"UpdateCollection": func(w *world, _ way) proto.Message {
		_, err := w.ingest.CreateBatch(w.olga, &fondsv1.CreateBatchRequest{Collection: "collections/other", Files: []*fondsv1.NewFile{{Path: w.next("file")}}})
		w.must(err)
		return &fondsv1.UpdateCollectionRequest{
			Collection: &fondsv1.Collection{Name: "collections/other", DisplayName: w.next("Other"), OnePerson: true},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"display_name", "one_person"}},
		}
	},
	"CreateBatch": func(w *world, _ way) proto.Message {
		return &fondsv1.CreateBatchRequest{
			Collection: "collections/other", Language: "eng", ResumeKey: w.next("key"),
			Files: []*fondsv1.NewFile{{Path: "a.png", Size: 3, Language: "rus", Collection: "collections/telegrams"}},
		}
	},
	"UploadScan": func(w *world, _ way) proto.Message {
		return header(w.batchNamed("a.png").GetName(), "a.png", uploadedFile)
	},
	"ImportText": func(w *world, _ way) proto.Message {
		return &fondsv1.ImportTextRequest{Part: &fondsv1.ImportTextRequest_Header{Header: &fondsv1.ImportTextHeader{
			Collection: "collections/telegrams", Path: w.next("import"), Size: uint64(len(importedFile)), Sha256: digestOf(importedFile),
			Edition: &fondsv1.Edition{Title: "Bulletin", Url: "https://example.org/bulletin"},
		}}}
	},
	"RegisterScan": func(w *world, _ way) proto.Message {
		return &fondsv1.RegisterScanRequest{Batch: w.batchNamed("a.png").GetName(), Path: "a.png", ServerPath: filepath.Join(w.root, "4117.png")}
	},
	"CancelBatch": func(w *world, _ way) proto.Message {
		return &fondsv1.CancelBatchRequest{Name: w.batchNamed(w.next("file")).GetName()}
	},
	"ClaimReview": func(w *world, _ way) proto.Message {
		return &fondsv1.ClaimReviewRequest{Name: w.waiting(w.published()).GetName()}
	},
	"ClaimNextReview": func(w *world, _ way) proto.Message { return &fondsv1.ClaimNextReviewRequest{Parent: w.published()} },
	"ReleaseReview": func(w *world, _ way) proto.Message {
		return &fondsv1.ReleaseReviewRequest{Name: w.waiting(w.published()).GetName()}
	},
	"SkipReview": func(w *world, _ way) proto.Message {
		return &fondsv1.SkipReviewRequest{Name: w.waiting(w.published()).GetName()}
	},
	"SaveDraft": func(w *world, _ way) proto.Message {
		r := w.waiting(w.published())
		return &fondsv1.SaveDraftRequest{Name: r.GetName(), Text: "draft", Etag: r.GetEtag()}
	},
	"SubmitReview": func(w *world, _ way) proto.Message {
		r := w.waiting(w.published())
		return &fondsv1.SubmitReviewRequest{Name: r.GetName(), Text: new("corrected"), Etag: r.GetEtag()}
	},
	"SignReview": func(w *world, _ way) proto.Message {
		r := w.reviewed()
		return &fondsv1.SignReviewRequest{Name: r.GetName(), ContentDigest: r.GetContentDigest(), Etag: r.GetEtag()}
	},
	"SendBack": func(w *world, _ way) proto.Message {
		r := w.reviewed()
		return &fondsv1.SendBackRequest{Name: r.GetName(), Comment: "The number is wrong.", Etag: r.GetEtag()}
	},
	"SignFields": func(w *world, _ way) proto.Message {
		d, err := w.docs.UpdateDocument(w.anna, &fondsv1.UpdateDocumentRequest{
			Document:   &fondsv1.Document{Name: w.published(), Fields: []*fondsv1.Field{w.fieldOf("text")}},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"fields." + w.fieldOf("text").GetName()}},
		})
		w.must(err)
		return &fondsv1.SignFieldsRequest{Name: d.GetName(), Statements: []string{d.GetFields()[0].GetStatement()}, Etag: d.GetEtag()}
	},
	"RequestPurge": func(w *world, _ way) proto.Message {
		return &fondsv1.RequestPurgeRequest{Documents: []string{w.published()}, Reason: "Asked for by the family.", KeepShared: true}
	},
	"ConfirmPurge": func(w *world, _ way) proto.Message { return &fondsv1.ConfirmPurgeRequest{Name: w.askedFor()} },
	"CancelPurge":  func(w *world, _ way) proto.Message { return &fondsv1.CancelPurgeRequest{Name: w.askedFor()} },
	"CreateCampaign": func(w *world, _ way) proto.Message {
		return &fondsv1.CreateCampaignRequest{
			Recipe: "plain", Selection: &fondsv1.CampaignSelection{Collections: []string{"collections/telegrams"}},
			Rule: &fondsv1.CampaignRule{OnlyBetter: true},
		}
	},
	"StartCampaign":  func(w *world, _ way) proto.Message { return &fondsv1.StartCampaignRequest{Name: w.campaign(false)} },
	"PauseCampaign":  func(w *world, _ way) proto.Message { return &fondsv1.PauseCampaignRequest{Name: w.campaign(false)} },
	"ResumeCampaign": func(w *world, _ way) proto.Message { return &fondsv1.ResumeCampaignRequest{Name: w.campaign(false)} },
	"CancelCampaign": func(w *world, _ way) proto.Message {
		return &fondsv1.CancelCampaignRequest{Name: w.campaign(false), Reason: "The machine is needed."}
	},
	"ApproveCampaign": func(w *world, _ way) proto.Message {
		return &fondsv1.ApproveCampaignRequest{Name: w.campaign(true), Force: true}
	},
	"RollbackCampaign": func(w *world, _ way) proto.Message {
		name := w.campaign(true)
		_, err := w.catalog.ApproveCampaign(w.t.Context(), strings.TrimPrefix(name, "campaigns/"), "otto", true)
		w.must(err)
		return &fondsv1.RollbackCampaignRequest{Name: name, Reason: "Worse on carbon copies."}
	},
	"ReextractDocuments": func(w *world, _ way) proto.Message {
		return &fondsv1.ReextractDocumentsRequest{Filter: fmt.Sprintf("title:%q", w.get(w.document).GetTitle()), Apply: true}
	},
}

// campaign is one with a page, which waits to be started or, with its sample scored, to be
// approved.
func (w *world) campaign(sampled bool) string {
	w.t.Helper()
	ctx := w.t.Context()
	c, err := w.catalog.CreateCampaign(ctx, "otto", catalog.CampaignTerms{Recipe: "plain", Start: sampled})
	w.must(err)
	scan := catalog.Digest(digestOf([]byte(w.next("campaign"))))
	_, err = w.catalog.AddSelected(ctx, c.ID, "", catalog.Selected{Done: true, Pages: []catalog.CampaignPage{{
		Collection: "telegrams", Scan: scan, Page: 1, Instead: scan, Before: catalog.Shown{Recipe: scan}, After: catalog.Shown{Recipe: scan},
	}}})
	w.must(err)
	if sampled {
		_, err = w.catalog.Judge(ctx, c.ID, nil, catalog.SampleResult{})
		w.must(err)
	}
	return "campaigns/" + c.ID
}

// askedFor is a purge that waits for a second person.
func (w *world) askedFor() string {
	w.t.Helper()
	p, err := fondsv1.NewPurgeServiceClient(w.conn).RequestPurge(w.otto, &fondsv1.RequestPurgeRequest{Documents: []string{w.published()}, Reason: "why"})
	w.must(err)
	return p.GetName()
}

// What comes behind the header of an upload and of an import.
var (
	uploadedFile = []byte("an uploaded scan")
	importedFile = []byte("CIPHERED TELEGRAM No. 5120\n\nThe wells hold water.\n")
)

// behind are the messages that follow the first of a call.
func behind(first proto.Message) []proto.Message {
	switch first.(type) {
	case *fondsv1.UploadScanRequest:
		return []proto.Message{data(uploadedFile)}
	case *fondsv1.ImportTextRequest:
		return []proto.Message{&fondsv1.ImportTextRequest{Part: &fondsv1.ImportTextRequest_Data{Data: importedFile}}}
	}
	return nil
}
