package sqlite

import (
	"context"
	"fmt"

	"github.com/fonds-archive/fonds/services/catalog"
)

// Check looks for damage in the file and for rows that name what is not there.
// It returns one line for each fault, none when all is well, and reads the whole
// file, so it takes as long as that.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	var faults []string
	err := s.View(ctx, func(r catalog.Reader) error {
		v := r.(*view)
		damage, err := all(v, `PRAGMA integrity_check`, (*row).text)
		if err != nil {
			return err
		}
		for _, line := range damage {
			if line != "ok" {
				faults = append(faults, line)
			}
		}
		orphans, err := all(v, `SELECT "table", count(*), parent FROM pragma_foreign_key_check GROUP BY 1, 3`,
			func(r *row) string {
				table, n, parent := r.text(), r.int(), r.text()
				return fmt.Sprintf("%s: %d rows name %s that are not there", table, n, parent)
			})
		faults = append(faults, orphans...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("check store: %w", err)
	}
	return faults, nil
}
