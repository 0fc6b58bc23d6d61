package main

import (
	"context"
	"fmt"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// finishing is what the end of a session needs to know besides.
type finishing struct {
	// start is when the command began; zero where its time says nothing.
	start time.Time
	// troubles counts what was named and could not be taken.
	troubles int
}

// finish tells how everything ended and returns the error for the exit code.
func (s *session) finish(ctx context.Context, f finishing) error {
	batch, err := s.client.getBatch(ctx, s.batch)
	if err != nil {
		return err
	}
	var failed []*fondsv1.BatchFile
	if s.wait && batch.GetState() != fondsv1.BatchState_BATCH_STATE_DONE {
		if failed, err = s.failed(ctx); err != nil {
			return err
		}
	}
	if s.json {
		err = s.finishJSON(batch, failed)
	} else {
		err = s.finishText(batch, failed, f)
	}
	if err != nil {
		return err
	}
	done := batch.GetState() == fondsv1.BatchState_BATCH_STATE_DONE || !s.wait
	if !done || len(s.undelivered) > 0 || s.missed > 0 || f.troubles > 0 {
		return errFailedData
	}
	return nil
}

// failed lists the files that failed or did not arrive, with this command's
// reasons for those that it could not deliver.
func (s *session) failed(ctx context.Context) ([]*fondsv1.BatchFile, error) {
	var failed []*fondsv1.BatchFile
	err := s.client.eachBatchFile(ctx, s.batch, true, func(file *fondsv1.BatchFile) error {
		if reason, ok := s.undelivered[file.GetPath()]; ok && file.GetReason() == "" {
			file.Reason = reason
		}
		failed = append(failed, file)
		return nil
	})
	return failed, err
}

// finishJSON prints the files that did not arrive, which no one else tells of,
// and the batch.
func (s *session) finishJSON(batch *fondsv1.Batch, failed []*fondsv1.BatchFile) error {
	for _, file := range failed {
		if file.GetState() == fondsv1.FileState_FILE_STATE_EXPECTED {
			if err := writeLine(s.stdout, file); err != nil {
				return err
			}
		}
	}
	return writeLine(s.stdout, batch)
}

func (s *session) finishText(batch *fondsv1.Batch, failed []*fondsv1.BatchFile, f finishing) error {
	if !s.wait {
		if _, err := fmt.Fprintf(s.stdout, "%s delivered", plural(s.delivered, "file")); err != nil {
			return err
		}
		if n := len(s.undelivered); n > 0 {
			fmt.Fprintf(s.stdout, ", %d not delivered", n)
		}
		fmt.Fprintf(s.stdout, "; the server reads them.\n  follow them: fonds batch watch %s\n", batch.GetName())
		return nil
	}
	if err := writeFailed(s.stdout, failed); err != nil {
		return err
	}
	c := batch.GetCounts()
	line := fmt.Sprintf("%s, %s: %s", plural(batch.GetFiles(), "file"), plural(c.GetPages(), "page"), countsText(c))
	if took := time.Since(f.start); !f.start.IsZero() {
		line += " in " + shortDuration(took)
		if fresh := ended(c) - min(ended(c), batch.GetPagesReused()); fresh > 0 && took >= time.Second {
			line += fmt.Sprintf(" (%.1f pages/s)", float64(fresh)/took.Seconds())
		}
	}
	fmt.Fprintln(s.stdout, line)
	s.tellReused(batch)
	state := stateName(batch.GetState())
	if !terminal(batch.GetState()) {
		// Files are missing that nobody delivers: see nothingMore.
		state = "INCOMPLETE"
	}
	_, err := fmt.Fprintf(s.stdout, "%s: %s\n", batch.GetName(), state+advice(batch, failed))
	return err
}

func (s *session) tellReused(batch *fondsv1.Batch) {
	reused, pages := batch.GetPagesReused(), batch.GetCounts().GetPages()
	switch {
	case reused == 0:
	case reused >= pages && batch.GetFilesEnded() == batch.GetFiles():
		fmt.Fprintf(s.stdout, "nothing to recognise: all %s were read before\n", plural(pages, "page"))
	default:
		fmt.Fprintf(s.stdout, "%s of %d had been read before\n", plural(reused, "page"), pages)
	}
}

// advice tells what can be done about a batch that is not DONE.
func advice(batch *fondsv1.Batch, failed []*fondsv1.BatchFile) string {
	c := batch.GetCounts()
	switch {
	case batch.GetState() == fondsv1.BatchState_BATCH_STATE_DONE, batch.GetState() == fondsv1.BatchState_BATCH_STATE_CANCELLED:
		return ""
	case batch.GetFilesArrived() < batch.GetFiles():
		return fmt.Sprintf("; %s did not arrive: mend them and give the same command again",
			plural(batch.GetFiles()-batch.GetFilesArrived(), "file"))
	case c.GetTimeout()+c.GetFailed() > 0 && len(failed) > 0:
		return fmt.Sprintf("; try the pages that timed out or failed again: fonds batch retry %s", batch.GetName())
	}
	return ""
}
