package auth

import (
	"fmt"
	"strings"

	"google.golang.org/grpc/health/grpc_health_v1"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	reflectionv1alpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// needed is the role that each method needs. Who verifies corrects too, who operates
// brings scans in too, and all read; what is not here is for nobody.
var needed = map[string]catalog.Role{
	fondsv1.CatalogService_GetDocument_FullMethodName:       catalog.Reads,
	fondsv1.CatalogService_BatchGetDocuments_FullMethodName: catalog.Reads,
	fondsv1.CatalogService_ListDocuments_FullMethodName:     catalog.Reads,
	fondsv1.CatalogService_LookupDocuments_FullMethodName:   catalog.Reads,
	fondsv1.CatalogService_SearchDocuments_FullMethodName:   catalog.Reads,
	fondsv1.CatalogService_GetThread_FullMethodName:         catalog.Reads,
	fondsv1.CatalogService_ListLinks_FullMethodName:         catalog.Reads,
	fondsv1.CatalogService_ProposeSplit_FullMethodName:      catalog.Reads,
	fondsv1.CatalogService_GetText_FullMethodName:           catalog.Reads,
	fondsv1.CatalogService_StreamTexts_FullMethodName:       catalog.Reads,
	fondsv1.CatalogService_UpdateCollection_FullMethodName:  catalog.Operates,
	fondsv1.CatalogService_ListReadings_FullMethodName:      catalog.Reads,
	fondsv1.CatalogService_GetReading_FullMethodName:        catalog.Reads,
	fondsv1.CatalogService_GetScan_FullMethodName:           catalog.Reads,
	fondsv1.CatalogService_GetPageImage_FullMethodName:      catalog.Reads,
	fondsv1.CatalogService_ListCollections_FullMethodName:   catalog.Reads,
	fondsv1.CatalogService_ListEvents_FullMethodName:        catalog.Reads,
	fondsv1.CatalogService_WatchEvents_FullMethodName:       catalog.Reads,
	fondsv1.CatalogService_CreateDocument_FullMethodName:    catalog.Corrects,
	fondsv1.CatalogService_UpdateDocument_FullMethodName:    catalog.Corrects,
	fondsv1.CatalogService_SplitDocument_FullMethodName:     catalog.Corrects,
	fondsv1.CatalogService_MergeDocuments_FullMethodName:    catalog.Corrects,
	fondsv1.CatalogService_DeleteDocument_FullMethodName:    catalog.Operates,
	fondsv1.CatalogService_UndeleteDocument_FullMethodName:  catalog.Operates,
	// Also without apply it reads the whole archive anew.
	fondsv1.CatalogService_ReextractDocuments_FullMethodName: catalog.Operates,

	fondsv1.IngestService_CreateBatch_FullMethodName:    catalog.Ingests,
	fondsv1.IngestService_UploadScan_FullMethodName:     catalog.Ingests,
	fondsv1.IngestService_RegisterScan_FullMethodName:   catalog.Ingests,
	fondsv1.IngestService_ImportText_FullMethodName:     catalog.Ingests,
	fondsv1.IngestService_RetryFailed_FullMethodName:    catalog.Ingests,
	fondsv1.IngestService_GetBatch_FullMethodName:       catalog.Reads,
	fondsv1.IngestService_ListBatches_FullMethodName:    catalog.Reads,
	fondsv1.IngestService_ListBatchFiles_FullMethodName: catalog.Reads,
	fondsv1.IngestService_WatchBatch_FullMethodName:     catalog.Reads,
	fondsv1.IngestService_ListWorkers_FullMethodName:    catalog.Reads,
	// Without data; who brought scans in sees what was given up.
	fondsv1.IngestService_ListDeadLetters_FullMethodName:  catalog.Ingests,
	fondsv1.IngestService_GetDeadLetter_FullMethodName:    catalog.Operates,
	fondsv1.IngestService_RetryDeadLetters_FullMethodName: catalog.Operates,
	fondsv1.IngestService_CancelBatch_FullMethodName:      catalog.Operates,

	fondsv1.ReviewService_ListReviews_FullMethodName:     catalog.Reads,
	fondsv1.ReviewService_GetReview_FullMethodName:       catalog.Reads,
	fondsv1.ReviewService_GetProgress_FullMethodName:     catalog.Reads,
	fondsv1.ReviewService_ListRevisions_FullMethodName:   catalog.Reads,
	fondsv1.ReviewService_CompareReadings_FullMethodName: catalog.Reads,
	fondsv1.ReviewService_ClaimReview_FullMethodName:     catalog.Corrects,
	fondsv1.ReviewService_ClaimNextReview_FullMethodName: catalog.Corrects,
	fondsv1.ReviewService_ReleaseReview_FullMethodName:   catalog.Corrects,
	fondsv1.ReviewService_SaveDraft_FullMethodName:       catalog.Corrects,
	fondsv1.ReviewService_SubmitReview_FullMethodName:    catalog.Corrects,
	fondsv1.ReviewService_SendBack_FullMethodName:        catalog.Corrects,
	fondsv1.ReviewService_SkipReview_FullMethodName:      catalog.Corrects,
	fondsv1.ReviewService_SignReview_FullMethodName:      catalog.Verifies,
	fondsv1.ReviewService_SignFields_FullMethodName:      catalog.Verifies,

	fondsv1.RecipeService_ListRecipes_FullMethodName: catalog.Reads,
	fondsv1.RecipeService_GetRecipe_FullMethodName:   catalog.Reads,

	fondsv1.PurgeService_RequestPurge_FullMethodName: catalog.Operates,
	fondsv1.PurgeService_ConfirmPurge_FullMethodName: catalog.Operates,
	fondsv1.PurgeService_CancelPurge_FullMethodName:  catalog.Operates,
	fondsv1.PurgeService_GetPurge_FullMethodName:     catalog.Operates,
	fondsv1.PurgeService_ListPurges_FullMethodName:   catalog.Operates,

	fondsv1.ReprocessService_GetCampaign_FullMethodName:         catalog.Reads,
	fondsv1.ReprocessService_ListCampaigns_FullMethodName:       catalog.Reads,
	fondsv1.ReprocessService_ListCampaignPages_FullMethodName:   catalog.Reads,
	fondsv1.ReprocessService_ListCampaignSamples_FullMethodName: catalog.Reads,
	fondsv1.ReprocessService_WatchCampaign_FullMethodName:       catalog.Reads,
	fondsv1.ReprocessService_ReportCampaign_FullMethodName:      catalog.Reads,
	fondsv1.ReprocessService_CreateCampaign_FullMethodName:      catalog.Operates,
	fondsv1.ReprocessService_StartCampaign_FullMethodName:       catalog.Operates,
	fondsv1.ReprocessService_ApproveCampaign_FullMethodName:     catalog.Operates,
	fondsv1.ReprocessService_PauseCampaign_FullMethodName:       catalog.Operates,
	fondsv1.ReprocessService_ResumeCampaign_FullMethodName:      catalog.Operates,
	fondsv1.ReprocessService_CancelCampaign_FullMethodName:      catalog.Operates,
	fondsv1.ReprocessService_RollbackCampaign_FullMethodName:    catalog.Operates,

	fondsv1.LedgerService_GetCheckpoint_FullMethodName: catalog.Reads,
	fondsv1.LedgerService_GetProof_FullMethodName:      catalog.Reads,
	fondsv1.LedgerService_ListActs_FullMethodName:      catalog.Reads,

	fondsv1.AccountService_WhoAmI_FullMethodName:       catalog.Reads,
	fondsv1.AccountService_AddUser_FullMethodName:      catalog.Operates,
	fondsv1.AccountService_ListUsers_FullMethodName:    catalog.Operates,
	fondsv1.AccountService_UpdateUser_FullMethodName:   catalog.Operates,
	fondsv1.AccountService_IssueToken_FullMethodName:   catalog.Operates,
	fondsv1.AccountService_RevokeTokens_FullMethodName: catalog.Operates,

	reflectionv1.ServerReflection_ServerReflectionInfo_FullMethodName:      catalog.Reads,
	reflectionv1alpha.ServerReflection_ServerReflectionInfo_FullMethodName: catalog.Reads,
}

// public methods are for those who need not say who they are: what watches the
// process has no token.
func public(method string) bool {
	return strings.HasPrefix(method, "/"+grpc_health_v1.Health_ServiceDesc.ServiceName+"/")
}

// Allows tells whether a caller may call a method, given by its full name such as
// "/fonds.v1.CatalogService/GetText". The error has the code Denied and names the role.
func Allows(method string, c Caller) error {
	if public(method) {
		return nil
	}
	role, ok := needed[method]
	if ok && c.May(role) {
		return nil
	}
	e := &catalog.Error{Code: catalog.Denied, Reason: catalog.ReasonRoleMissing, Metadata: map[string]string{"method": method}}
	if ok {
		e.Metadata["role"] = role.String()
	}
	switch {
	case !ok:
		e.Message = "no role is enough to call " + method
	case role == catalog.Verifies && c.Local:
		e.Message = "the local operator is nobody in particular and cannot sign: use the token of a person who has the role verifier"
	case role == catalog.Verifies && c.Service:
		e.Message = fmt.Sprintf("%s is a program and cannot sign: a person who has the role verifier can", c.DisplayName)
	default:
		e.Message = fmt.Sprintf("this needs the role %s, which %s does not have: an operator can give it", role, c.DisplayName)
	}
	return e
}
