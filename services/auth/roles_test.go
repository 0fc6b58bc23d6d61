package auth

import (
	"context"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// methods are all of the contract, by full name.
func methods() []string {
	var names []string
	protoregistry.GlobalFiles.RangeFilesByPackage("fonds.v1", func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			for j := range service.Methods().Len() {
				names = append(names, "/"+string(service.FullName())+"/"+string(service.Methods().Get(j).Name()))
			}
		}
		return true
	})
	return names
}

func TestEveryMethodHasARole(t *testing.T) {
	all := methods()
	if len(all) < 60 {
		t.Fatalf("found only %d methods: %v", len(all), all)
	}
	for _, m := range all {
		if needed[m] == 0 {
			t.Errorf("%s is not in the table", m)
		}
	}
	for m, role := range needed {
		if !slices.Contains(all, m) && !strings.HasPrefix(m, "/grpc.reflection.") {
			t.Errorf("%s is in the table and not in the contract", m)
		}
		if role < catalog.Reads || role > catalog.Operates {
			t.Errorf("%s needs the role %d", m, role)
		}
	}
}

// callers are one of each sort.
var callers = map[string]Caller{
	"nobody":    {},
	"local":     Local(),
	"reader":    {ID: "1", Roles: []catalog.Role{catalog.Reads}},
	"ingester":  {ID: "2", Roles: []catalog.Role{catalog.Ingests}},
	"corrector": {ID: "3", Roles: []catalog.Role{catalog.Corrects}},
	"verifier":  {ID: "4", Roles: []catalog.Role{catalog.Verifies}},
	"operator":  {ID: "5", Roles: []catalog.Role{catalog.Operates}},
	// Roles that a program or the local operator cannot be given through Accounts.
	"program":       {ID: "6", Service: true, Roles: []catalog.Role{catalog.Corrects, catalog.Verifies}},
	"local grabbed": {ID: "local", Local: true, Roles: []catalog.Role{catalog.Verifies}},
}

func TestRolesTable(t *testing.T) {
	left := methods()
	const everybody = "local reader ingester corrector verifier operator program"
	for _, c := range []struct{ methods, may string }{
		{"CatalogService: GetDocument BatchGetDocuments ListDocuments LookupDocuments SearchDocuments GetThread ListLinks ProposeSplit GetText ListReadings GetReading GetScan GetPageImage ListCollections ListEvents WatchEvents StreamTexts", everybody},
		{"IngestService: GetBatch ListBatches ListBatchFiles WatchBatch ListWorkers", everybody},
		{"ReviewService: ListReviews GetReview GetProgress ListRevisions CompareReadings", everybody},
		{"LedgerService: GetCheckpoint GetProof ListActs", everybody},
		{"AccountService: WhoAmI", everybody},
		{"RecipeService: ListRecipes GetRecipe", everybody},
		{"IngestService: CreateBatch UploadScan RegisterScan ImportText RetryFailed ListDeadLetters", "local ingester operator"},
		{"CatalogService: CreateDocument UpdateDocument SplitDocument MergeDocuments", "local corrector verifier program"},
		{"ReviewService: ClaimReview ClaimNextReview ReleaseReview SaveDraft SubmitReview SendBack SkipReview", "local corrector verifier program"},
		{"ReviewService: SignReview SignFields", "verifier"},
		{"CatalogService: DeleteDocument UndeleteDocument ReextractDocuments UpdateCollection", "local operator"},
		{"IngestService: CancelBatch GetDeadLetter RetryDeadLetters", "local operator"},
		{"ReprocessService: GetCampaign ListCampaigns ListCampaignPages ListCampaignSamples WatchCampaign ReportCampaign", everybody},
		{"ReprocessService: CreateCampaign StartCampaign ApproveCampaign PauseCampaign ResumeCampaign CancelCampaign RollbackCampaign", "local operator"},
		{"PurgeService: RequestPurge ConfirmPurge CancelPurge GetPurge ListPurges", "local operator"},
		{"AccountService: AddUser ListUsers UpdateUser IssueToken RevokeTokens", "local operator"},
		{"CatalogService: Unheard", ""},
	} {
		service, names, _ := strings.Cut(c.methods, ": ")
		for name := range strings.FieldsSeq(names) {
			method := "/fonds.v1." + service + "/" + name
			left = slices.DeleteFunc(left, func(m string) bool { return m == method })
			for who, caller := range callers {
				who = strings.Fields(who)[0]
				want := slices.Contains(strings.Fields(c.may), who)
				if caller.Local && caller.ID == "local" && len(caller.Roles) == 1 { // grabbed
					want = slices.Contains(strings.Fields(c.may), "verifier") && !strings.HasPrefix(name, "Sign")
				}
				err := Allows(method, caller)
				if want != (err == nil) {
					t.Errorf("%s by %s: %v", method, who, err)
				}
				if err != nil {
					wantReason(t, err, catalog.Denied, catalog.ReasonRoleMissing)
				}
			}
		}
	}
	if len(left) > 0 {
		t.Errorf("say here too who may call %v", left)
	}
}

func TestErrorsNameTheRole(t *testing.T) {
	for who, want := range map[string]string{
		"reader":  "needs the role verifier, which Vera does not have",
		"local":   "the local operator is nobody in particular and cannot sign",
		"program": "Vera is a program and cannot sign",
	} {
		caller := callers[who]
		caller.DisplayName = "Vera"
		err := Allows(fondsv1.ReviewService_SignReview_FullMethodName, caller)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", who, err)
		}
		if e, ok := err.(*catalog.Error); !ok || e.Metadata["role"] != "verifier" {
			t.Errorf("%s: the role is not among the facts: %+v", who, err)
		}
	}
}

func TestHealthIsForAll(t *testing.T) {
	if err := Allows(grpc_health_v1.Health_Check_FullMethodName, Caller{}); err != nil {
		t.Error(err)
	}
}

func TestCallerInContext(t *testing.T) {
	if c, ok := From(context.Background()); ok || c.May(catalog.Reads) {
		t.Error("nobody calls, and may read")
	}
	ctx := WithCaller(context.Background(), Local())
	if c, ok := From(ctx); !ok || c.ID != "local" || !c.Local {
		t.Errorf("%+v, %t", c, ok)
	}
}
