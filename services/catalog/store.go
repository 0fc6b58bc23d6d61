package catalog

import (
	"context"
	"time"
)

// Store keeps the catalog. storetest.Run proves that a backend keeps this
// contract; nothing here may be something that only one database can do.
//
// Every method that takes a key returns ErrNotFound when the key is not there.
// References (of pages, works, readings and holdings to their scan, of holdings to
// their collection, of revisions and events to their document, of files to their
// batch) are checked at the commit. For lists an empty one is an answer, not an
// error. Times are kept to the microsecond, in UTC. What is stored and cannot be
// decoded, or is not what its digest says, gives ErrDamaged.
type Store interface {
	// View runs fn over one consistent snapshot.
	View(ctx context.Context, fn func(Reader) error) error
	// Tx runs fn in one transaction that sees its own writes. It commits when fn
	// returns nil, is durable when Tx returns nil, and leaves nothing behind
	// otherwise. When the database asks for it the whole of fn is run again, a
	// bounded number of times: fn must have no other effects.
	Tx(ctx context.Context, fn func(Tx) error) error
	// Changed returns a channel that is closed at the next commit.
	Changed() <-chan struct{}
	// Scrub leaves nothing in the files of the database of what was deleted before it was
	// called: not in an index, not in a log, not in free space. It works in short
	// transactions and may be called again when it fails.
	Scrub(ctx context.Context) error
	// Close ends all work and releases the database.
	Close() error
}

// Reader is what can be asked.
type Reader interface {
	ScanReader
	WorkReader
	ReadingReader
	DocumentReader
	LinkReader
	BatchReader
	EventReader
	UserReader
	ReviewReader
	LedgerReader
	PurgeReader
	CampaignReader
}

// Tx is what can be asked and changed. Put methods insert or replace the whole
// row by its key; Insert methods fail with an error of code AlreadyExists when
// the key is there.
type Tx interface {
	Reader
	ScanWriter
	WorkWriter
	ReadingWriter
	DocumentWriter
	LinkWriter
	BatchWriter
	EventWriter
	UserWriter
	ReviewWriter
	LedgerWriter
	PurgeWriter
	CampaignWriter
}

// ScanReader gives collections, scans, pages and holdings.
type ScanReader interface {
	Collection(id string) (Collection, error)
	// Collections come by ID, in byte order.
	Collections() ([]Collection, error)
	Scan(digest Digest) (Scan, error)
	// Scans come by digest, after the given one ("" from the start).
	Scans(after Digest, limit int) ([]Scan, error)
	// Pages come by number; empty before the probe has ended.
	Pages(scan Digest) ([]Page, error)
	Holding(id string) (Holding, error)
	// HoldingAt gives the holding of a scan under a path, compared byte for byte.
	HoldingAt(collection, path string, scan Digest) (Holding, error)
	// HoldingIn gives the newest holding of a scan in a collection.
	HoldingIn(collection string, scan Digest) (Holding, error)
	// Holdings of a scan, oldest first.
	Holdings(scan Digest) ([]Holding, error)
}

// ScanWriter changes collections, scans, pages and holdings.
type ScanWriter interface {
	PutCollection(c Collection) error
	// PutScan leaves PurgedAt as it is, and refuses a scan that was purged.
	PutScan(s Scan) error
	// PutPages replaces all pages of a scan.
	PutPages(scan Digest, pages []Page) error
	// PutHolding fails with AlreadyExists when another holding has the scan in the
	// collection under the path.
	PutHolding(h Holding) error
}

// WorkReader gives works and recipes.
type WorkReader interface {
	Recipe(digest Digest) (Recipe, error)
	Work(key WorkKey) (Work, error)
	// Works of a scan under a recipe by page; the probe is under the recipe "".
	Works(scan, recipe Digest) ([]Work, error)
	// WorkCounts counts the works of a scan under a recipe (pages from 1), by outcome.
	WorkCounts(scan, recipe Digest) (Counts, error)
	// PendingRecipes gives the recipes that have works in the state Pending, in
	// byte order; that of probes, "", comes first.
	PendingRecipes() ([]Digest, error)
	// PendingWorks gives works of a recipe to issue jobs for: by lane, and within
	// that an equal share for each batch, oldest first: a work's age is from when
	// it was first put.
	PendingWorks(recipe Digest, limit int) ([]Work, error)
	// QueuedCounts gives the number of works in the state Queued for each recipe
	// that has any.
	QueuedCounts() (map[Digest]int, error)
	// QueuedWorks gives works in the state Queued whose job was issued before
	// the given time, oldest first.
	QueuedWorks(before time.Time, limit int) ([]Work, error)
	// DroppedWorks gives works in the state Dropped that still have a Sequence.
	DroppedWorks(limit int) ([]Work, error)
}

// WorkWriter changes works and recipes.
type WorkWriter interface {
	PutRecipe(r Recipe) error
	PutWorks(works []Work) error
	// DropWorks sets those works of a batch's arrived files that are Pending or
	// Queued to Dropped, unless a file that has arrived and not ended, of another
	// batch that is not cancelled, wants the same scan and recipe. A probe is
	// wanted by every such file of its scan.
	DropWorks(batch string) error
}

// ReadingReader gives readings.
type ReadingReader interface {
	Reading(id string) (Reading, error)
	// ReadingEnvelope gives a reading without text and body, which are not read for it.
	ReadingEnvelope(id string) (Reading, error)
	// Readings of a page, oldest first, without bodies.
	Readings(scan Digest, page int) ([]Reading, error)
	// BodyDigest is that of a reading's body, which is not read for it.
	BodyDigest(reading string) (Digest, error)
	// ReadingTexts gives the text of each ID that exists.
	ReadingTexts(ids []string) (map[string]string, error)
	// Contributors of a reading or a statement, in byte order.
	Contributors(subject string) ([]string, error)
	Statement(id string) (Statement, error)
	// SignaturesOn gives the signatures on a reading or a statement, oldest first.
	SignaturesOn(subject string) ([]Signature, error)
}

// ReadingWriter adds readings, statements and signatures, which never change. What is
// not allowed is refused by the database itself, whoever asks, with
// ErrRefused.
type ReadingWriter interface {
	// InsertReading takes the reading's contributors with it. It refuses a person's
	// reading without any, and one that leaves out a contributor of the person's reading
	// that it is based on, unless that one was signed.
	InsertReading(r Reading) error
	// InsertStatement is InsertReading for what a person states in a field.
	InsertStatement(s Statement) error
	// InsertSignature refuses a contributor to the subject, a service, who is no user or
	// barred, what no person has made, and what no person with a name has submitted: the
	// act on it says who has.
	InsertSignature(s Signature) error
}

// DocumentReader gives documents and revisions.
type DocumentReader interface {
	Document(id string) (Document, error)
	Revision(document string, number int) (Revision, error)
	// RevisionEnvelope gives a revision without what its manifest says, which is held
	// against the digest and not decoded: decoding that of 400 regions takes 10 ms.
	RevisionEnvelope(document string, number int) (Revision, error)
	// RevisionAbove gives the number of the newest revision of a document whose
	// assurance is at least the one given: every region has it. Zero for none.
	RevisionAbove(document string, least Assurance) (int, error)
	// RevisionsBelow gives revisions of a document by number, highest first, below the
	// given one (0 from the newest).
	RevisionsBelow(document string, number, limit int) ([]Revision, error)
	// Documents that the query selects, each with its newest revision, by ID,
	// highest first.
	Documents(q DocumentQuery) ([]DocumentHead, error)
	// DocumentsOn gives the documents whose newest revision has a region on the
	// scan, by ID, lowest first, deleted ones too.
	DocumentsOn(scan Digest) ([]Document, error)
	// DocumentsShowing gives those of DocumentsOn whose newest revision names the reading.
	DocumentsShowing(scan Digest, reading string) ([]Document, error)
	// EveryDocument gives documents by ID, lowest first, after the given one (""
	// from the start), deleted ones too, without looking at their revisions.
	EveryDocument(after string, limit int) ([]Document, error)
	// UnreadDocuments gives documents that are complete, not deleted, and whose
	// newest revision is not the one that was extracted, by ID, lowest first.
	UnreadDocuments(limit int) ([]Document, error)
	// UnderivedDocuments gives documents that are not deleted, whose newest revision
	// was extracted and is not the one that was derived from, by ID, lowest first.
	UnderivedDocuments(limit int) ([]Document, error)
	// DocumentsByKey gives the documents that have the key and are not deleted.
	DocumentsByKey(l Lookup) ([]Document, error)
	// HasKey tells that a document, deleted or not, has a key of the kind and text.
	HasKey(document, kind, text string) (bool, error)
	// Request gives what a person's request ID has made.
	Request(person, id string) (Request, error)
	// Search gives the IDs of documents whose terms answer the query: those first
	// that q.First says, among these by the database's own ranking, the best first,
	// and by ID, lowest first, where that makes no difference.
	Search(q SearchQuery) ([]string, error)
	// NearTerms gives terms of the vocabulary, those first that share most trigrams,
	// then in byte order.
	NearTerms(n Near) ([]string, error)
}

// DocumentWriter changes documents and adds revisions, which never change.
type DocumentWriter interface {
	PutDocument(d Document) error
	// InsertRevision refuses one that says that something is verified on which there is no
	// signature.
	InsertRevision(r Revision) error
	// PutKeys replaces the keys of a document.
	PutKeys(document string, keys []Key) error
	// PutTerms replaces the terms of a document in the index of texts.
	PutTerms(document string, terms []Term) error
	InsertRequest(r Request) error
	// DeleteRequests forgets the requests that were made before the given time.
	DeleteRequests(before time.Time) error
}

// BatchReader gives batches and their files.
type BatchReader interface {
	Batch(id string) (Batch, error)
	// Batches by ID, highest first, below the given one ("" from the top).
	Batches(after string, limit int) ([]Batch, error)
	// BatchToResume gives a person's newest batch with the key that is OPEN,
	// RUNNING or INCOMPLETE.
	BatchToResume(person, key string) (Batch, error)
	// BatchesLeft gives batches in the state OPEN or RUNNING whose arrived files
	// have all ended and whose client was last heard of before the given time,
	// those first that have waited longest.
	BatchesLeft(t time.Time, limit int) ([]Batch, error)
	BatchFile(batch, path string) (BatchFile, error)
	// BatchFiles by number, after the given one; bad selects those that have a
	// page that ended in neither TEXT nor BLANK and those that did not arrive.
	BatchFiles(batch string, after, limit int, bad bool) ([]BatchFile, error)
	// EndedFiles by EndSequence, after the given one.
	EndedFiles(batch string, after, limit int) ([]BatchFile, error)
	// FilesOf gives the files of all batches that have the scan; under a recipe,
	// or under all when recipe is "". By batch and number.
	FilesOf(scan, recipe Digest) ([]BatchFile, error)
}

// BatchWriter changes batches and their files.
type BatchWriter interface {
	PutBatch(b Batch) error
	PutBatchFiles(files []BatchFile) error
}

// EventReader gives events.
type EventReader interface {
	// Events after a position, of a document or collection or (both empty) all.
	Events(after int64, document, collection string, limit int) ([]Event, error)
	// UnsentEvents gives events after a position that are not marked as sent. Of each
	// document they come without gaps, from its lowest unsent sequence there on, by
	// position.
	UnsentEvents(after int64, limit int) ([]Event, error)
}

// EventWriter appends events. It is the only way to make one.
type EventWriter interface {
	// AppendEvent adds an event, whose Position the store gives. Document and
	// Sequence together are its key.
	AppendEvent(e Event) error
	// MarkEventsSent notes where the events stand in the stream, and since when.
	MarkEventsSent(sent []SentEvent, at time.Time) error
	// ResendEvents marks as unsent the events that were sent after the given time
	// to a place in the stream above last. It returns how many.
	ResendEvents(last uint64, since time.Time) (int, error)
}

// UserReader gives users and what lets them in.
type UserReader interface {
	User(id string) (User, error)
	// UserCalled gives the user with a display name.
	UserCalled(name string) (User, error)
	// Users come by display name.
	Users() ([]User, error)
	// UserNames gives the display name of each ID that exists.
	UserNames(ids []string) (map[string]string, error)
	// Credential is looked for by the digest of its secret.
	Credential(digest Digest) (Credential, error)
	// Credentials of a user come by digest.
	Credentials(user string) ([]Credential, error)
}

// UserWriter changes users and what lets them in.
type UserWriter interface {
	// PutUser fails with AlreadyExists when another user has the display name, and refuses
	// to make a program of a person, or a person of a program.
	PutUser(u User) error
	PutCredential(c Credential) error
	// DeleteCredential is nothing for one that is not there.
	DeleteCredential(digest Digest) error
	// DeleteCredentials deletes those of a user (all users when empty) that run out
	// before the given time, zero for all, and tells how many.
	DeleteCredentials(user string, before time.Time) (int, error)
}

// ReviewReader gives the work that regions await.
type ReviewReader interface {
	Review(document, key string) (Review, error)
	// ReviewsOf a document, by key, those without a region too.
	ReviewsOf(document string) ([]Review, error)
	// Reviews that the query selects, which have a region.
	Reviews(q ReviewQuery) ([]Review, error)
	// ReviewCounts come by collection and state; of one collection, or of all.
	ReviewCounts(collection string) ([]ReviewCount, error)
	// WithoutReviews gives documents from before there were reviews that have not got
	// theirs yet, by ID, lowest first, after the given one ("" from the start).
	WithoutReviews(after string, limit int) ([]Document, error)
}

// ReviewWriter changes the work that regions await.
type ReviewWriter interface {
	PutReview(r Review) error
	DeleteReview(document, key string) error
	// ReviewsMade takes a document out of those WithoutReviews. It is nothing for one
	// that is not among them.
	ReviewsMade(document string) error
}

// LedgerReader gives acts, the hashes of the log's tree, and checkpoints.
type LedgerReader interface {
	// WaitingActs gives acts that have no leaf, by ID.
	WaitingActs(limit int) ([]Act, error)
	// Acts by leaf, from the given one on.
	Acts(leaf int64, limit int) ([]Act, error)
	// ActsOn gives the acts on a subject, by ID.
	ActsOn(subject string) ([]Act, error)
	// TreeHashes gives stored hashes of the tree by their indexes; ErrNotFound when one
	// is not there.
	TreeHashes(indexes []int64) ([][32]byte, error)
	// Checkpoint gives the newest, or ErrNotFound.
	Checkpoint() (Checkpoint, error)
}

// LedgerWriter appends. Nothing of it ever changes but an act's leaf, once.
type LedgerWriter interface {
	// AppendAct adds an act, whose ID the store gives.
	AppendAct(a Act) error
	// SetLeaf gives an act its leaf.
	SetLeaf(id, leaf int64) error
	// PutTreeHashes adds stored hashes from an index on.
	PutTreeHashes(index int64, hashes [][32]byte) error
	InsertCheckpoint(c Checkpoint) error
}
