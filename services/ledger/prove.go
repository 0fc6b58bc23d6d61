package ledger

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
	"google.golang.org/protobuf/types/known/timestamppb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// Prove gives the hashes that lead from a leaf to the root of the log's first size leaves,
// from the leaf up, as RFC 6962 has them. A leaf that these do not have, -1 above all,
// fails as pending.
func Prove(r catalog.Reader, leaf, size int64) ([][]byte, error) {
	if leaf < 0 || leaf >= size {
		return nil, pending()
	}
	proof, err := tlog.ProveRecord(size, leaf, stored(r))
	if err != nil {
		return nil, fmt.Errorf("prove leaf %d of %d: %w", leaf, size, err)
	}
	hashes := make([][]byte, len(proof))
	for i, h := range proof {
		hashes[i] = h[:]
	}
	return hashes, nil
}

func pending() error {
	return &catalog.Error{
		Code: catalog.Unavailable, Reason: catalog.ReasonProofPending,
		Message: "no checkpoint has it yet: ask again in a second",
	}
}

// ProveActs proves acts in the newest checkpoint. Each proof has been checked before it is
// handed out: a log that was tampered with gives ErrDamaged. keys are those of the log.
func ProveActs(r catalog.Reader, acts []catalog.Act, keys []string) (*fondsv1.Checkpoint, []*fondsv1.ProvedAct, error) {
	c, ok, err := newest(r)
	if err != nil {
		return nil, nil, err
	}
	if !ok {
		return nil, nil, pending()
	}
	t, err := openNewest(c, keys)
	if err != nil {
		return nil, nil, err
	}
	proved := make([]*fondsv1.ProvedAct, len(acts))
	for i, a := range acts {
		if proved[i], err = proveAct(r, a, t); err != nil {
			return nil, nil, err
		}
	}
	checkpoint, err := CheckpointMessage(c, keys)
	return checkpoint, proved, err
}

func proveAct(r catalog.Reader, a catalog.Act, t tree) (*fondsv1.ProvedAct, error) {
	hashes, err := Prove(r, a.Leaf, t.size)
	if err != nil {
		return nil, err
	}
	m, err := ActMessage(a)
	if err != nil {
		return nil, err
	}
	if err := included(m, hashes, t); err != nil {
		return nil, damaged("%s: %v: run fonds fsck", actName(a), err)
	}
	return &fondsv1.ProvedAct{Act: m, Hashes: hashes}, nil
}

// included checks an inclusion proof.
func included(a *fondsv1.Act, hashes [][]byte, t tree) error {
	proof := make(tlog.RecordProof, len(hashes))
	for i, h := range hashes {
		if len(h) != tlog.HashSize {
			return fmt.Errorf("hash %d has %d bytes, not %d", i+1, len(h), tlog.HashSize)
		}
		proof[i] = tlog.Hash(h)
	}
	if err := tlog.CheckRecord(proof, t.size, t.root, a.GetLeaf(), tlog.RecordHash(a.GetData())); err != nil {
		return fmt.Errorf("the hashes do not lead from leaf %d with these data to the root of %d leaves", a.GetLeaf(), t.size)
	}
	return nil
}

// ActMessage is an act as the contract has it.
func ActMessage(a catalog.Act) (*fondsv1.Act, error) {
	data, err := a.Data()
	if err != nil {
		return nil, damaged("%s: %v", actName(a), err)
	}
	return &fondsv1.Act{
		Leaf: a.Leaf, Kind: a.Kind, Person: a.Person, Subject: a.Subject,
		CreateTime: timestamppb.New(a.At), Data: data,
	}, nil
}

// CheckpointMessage is a checkpoint as the contract has it. It fails with ErrDamaged when
// the row is not what its note says or none of the keys signed it.
func CheckpointMessage(c catalog.Checkpoint, keys []string) (*fondsv1.Checkpoint, error) {
	t, err := openNewest(c, keys)
	if err != nil {
		return nil, err
	}
	key, err := SignedBy(c.Note, keys)
	if err != nil {
		return nil, err
	}
	return &fondsv1.Checkpoint{
		Size: uint64(t.size), Root: t.root[:], Note: c.Note,
		CreateTime: timestamppb.New(t.at), VerifierKey: key,
	}, nil
}
