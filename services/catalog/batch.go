package catalog

import "time"

// BatchState is where a batch stands. The numbers are those of the contract.
type BatchState uint8

// The states of a batch.
const (
	BatchOpen BatchState = iota + 1
	BatchRunning
	BatchDone
	BatchDoneWithFailures
	BatchCancelled
	BatchIncomplete
)

// Terminal tells whether nothing more happens to the batch by itself.
func (s BatchState) Terminal() bool { return s >= BatchDone }

// Batch is one ingest run.
type Batch struct {
	ID         string
	State      BatchState
	Collection string
	Language   string
	ResumeKey  string
	Person     string
	// Files, FilesArrived and FilesEnded count files.
	Files, FilesArrived, FilesEnded int
	// EndSequence numbers the files that ended, in the order in which they did.
	EndSequence int
	// Counts sums the counts of the files.
	Counts Counts
	// Reused counts pages that had their outcome when their file arrived.
	Reused int
	// ActiveAt is when the client was last heard of.
	ActiveAt  time.Time
	CreatedAt time.Time
	// EndedAt is zero while the batch is not in a terminal state.
	EndedAt time.Time
}

// FileState is where a file of a batch stands. The numbers are those of the contract.
type FileState uint8

// The states of a file.
const (
	FileExpected FileState = iota + 1
	FileArrived
	FileEnded
)

// BatchFile is one file of a batch.
type BatchFile struct {
	Batch string
	// Number counts from 1 within the batch.
	Number int
	Path   string
	Size   int64
	// Collection and Recipe are resolved when the file is named.
	Collection string
	Language   string
	Recipe     Digest
	State      FileState
	// Scan and Holding are set when the file arrives.
	Scan    Digest
	Holding string
	Counts  Counts
	// Reason is that of the first page that ended in neither TEXT nor BLANK.
	Reason string
	// EndSequence is 0 until the file ends.
	EndSequence int
}

// settle moves a batch to the state that its counts call for.
func (b *Batch) settle(now time.Time, clientTimeout time.Duration) {
	if b.State == BatchCancelled {
		return
	}
	before := b.State
	switch {
	case b.FilesEnded == b.Files && b.Counts.Bad() == 0:
		b.State = BatchDone
	case b.FilesEnded == b.Files:
		b.State = BatchDoneWithFailures
	case b.FilesEnded == b.FilesArrived && now.Sub(b.ActiveAt) > clientTimeout:
		b.State = BatchIncomplete
	case b.FilesArrived > 0:
		b.State = BatchRunning
	default:
		b.State = BatchOpen
	}
	switch {
	case !b.State.Terminal():
		b.EndedAt = time.Time{}
	case b.State != before:
		b.EndedAt = now
	}
}
