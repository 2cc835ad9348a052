package coordinator

import (
	"errors"
	"io"
	"path/filepath"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"gardner/coordinator/client"
	"gardner/coordinator/recheck"
	"gardner/coordinator/store"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/proto/join"
	"gardner/sweeps"
)

// A database is copied, read through, and computed again by samples while results arrive; the copy is whole.
func TestBackupAndVerifyWhileResultsArrive(t *testing.T) {
	t.Parallel()
	reg := experiments(1, nil)
	h := newHouse(t, reg)
	h.submit(file("a", 200, "0, 1", 50))
	stop := work(t, h.c.Target(), reg, 2, &counter{})
	ctl := h.c.Control()

	copied := filepath.Join(t.TempDir(), "copy.db")
	r, err := ctl.Backup(t.Context(), &gardnerv1.BackupRequest{Path: copied})
	if err != nil || r.Bytes == 0 {
		t.Fatalf("backup: %v, %v", r, err)
	}
	again := recheck.New(reg, nil, nil)
	stream, err := ctl.Verify(t.Context(), &gardnerv1.VerifyRequest{Sample: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	var report *gardnerv1.Verification
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if report = part.GetReport(); report != nil {
			continue
		}
		b, err := sweeps.DecodeBlock(part.GetTask().Block)
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Task(t.Context(), b, part.GetTask().Ordinal, part.GetTask().Record); err != nil {
			t.Fatal(err)
		}
	}
	if report == nil || len(report.Problems) > 0 {
		t.Errorf("verify: %v", report)
	}
	if tally := again.Tally(); tally.Equal != tally.Checked() || tally.Checked() > report.GetResults() {
		t.Errorf("computed again: %+v of %v", tally, report)
	}
	if done := h.await("a"); done.Done != 10000 {
		t.Errorf("%v", done)
	}
	stop()

	st, err := store.Open(copied, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	v, err := Verify(t.Context(), st, reg, 0, nil)
	if err != nil || len(v.Problems) > 0 || v.Blocks != 1 || v.Results > 10000 {
		t.Errorf("the copy: %v, %v", v, err)
	}
}

// Whoever holds a token may not have files written on the coordinator's machine.
func TestNoBackupFromElsewhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t, experiments(1, nil))
	j, err := h.c.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.Dial(j.String(), join.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	path := filepath.Join(t.TempDir(), "copy.db")
	if _, err := c.Backup(t.Context(), &gardnerv1.BackupRequest{Path: path}); status.Code(err) != codes.PermissionDenied {
		t.Errorf("over TLS: %v", err)
	}
	if _, err := h.c.Control().Backup(t.Context(), &gardnerv1.BackupRequest{Path: "copy.db"}); status.Code(err) != codes.InvalidArgument {
		t.Errorf("a relative path: %v", err)
	}
	for range 2 {
		_, err = h.c.Control().Backup(t.Context(), &gardnerv1.BackupRequest{Path: path})
	}
	if err == nil {
		t.Error("a copy was written over")
	}
}
