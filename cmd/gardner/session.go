package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"gardner/coordinator"
	"gardner/coordinator/client"
	"gardner/coordinator/store"
	"gardner/core/fingerprint"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/proto/join"
	"gardner/sweeps"
	"gardner/sweeps/data"
	"gardner/worker"
	"gardner/worker/command"
)

// session is a Control client: of a coordinator elsewhere, of the process that
// has the database open, or of one in this process that has just opened it.
type session struct {
	*client.Client
	local       bool // the coordinator is in this process
	coordinator *coordinator.Coordinator
}

// open finds whom to ask. A database that does not exist yet is an error unless
// w.create.
func (w *where) open() (*session, error) {
	if w.coordinator != "" {
		target, err := join.ParseTarget(w.coordinator, join.Options{Insecure: w.insecure, JoinFile: join.JoinFile(w.db)})
		if err != nil {
			return nil, usage(err)
		}
		return dial(target)
	}
	if _, err := os.Stat(w.db); errors.Is(err, fs.ErrNotExist) && !w.create {
		return nil, usagef("there is no database %s: name another with --db, or make it with `gardner run SWEEP`", w.db)
	}
	var c *coordinator.Coordinator
	for begun := time.Now(); c == nil; time.Sleep(ownerPause) {
		var err error
		c, err = coordinator.New(coordinator.Config{DB: w.db, Registry: sweeps.Builtin(), Version: version,
			Fingerprint: fingerprint.Compute(), Socket: w.create, Settle: -1, OldBehind: true})
		if errors.Is(err, store.ErrLocked) {
			s, err := dialOwner(w.db)
			if err != nil || time.Since(begun) > ownerPatience || s.answers() {
				return s, err
			}
			// Its owner is just beginning or ending.
			if err := s.Close(); err != nil {
				return nil, err
			}
		} else if err != nil {
			return nil, err
		}
	}
	s, err := dial(c.Target())
	if err != nil {
		return nil, errors.Join(err, c.Close(context.Background()))
	}
	s.local, s.coordinator = true, c
	return s, nil
}

// A process that has the database open answers on its socket, except for moments at its beginning and its end.
const (
	ownerPatience = 3 * time.Second
	ownerPause    = 100 * time.Millisecond
)

// answers reports whether somebody is there; that it takes long to say so is no answer either way.
func (s *session) answers() bool {
	ctx, cancel := context.WithTimeout(context.Background(), ownerPatience)
	defer cancel()
	_, err := s.Version(ctx, &gardnerv1.VersionRequest{})
	return status.Code(err) != codes.Unavailable
}

// dialOwner reaches the process that has a database open.
func dialOwner(db string) (*session, error) {
	target, err := join.ParseTarget("unix:"+join.Socket(db), join.Options{})
	if err != nil {
		return nil, err
	}
	return dial(target)
}

func dial(target *join.Target) (*session, error) {
	c, err := client.New(target)
	if err != nil {
		return nil, err
	}
	c.Notes = os.Stderr
	return &session{Client: c}, nil
}

// work starts workers in this process; own is the user's own command that they may
// run, nil for none. The returned function drains them: tasks under way are finished
// and stored. If they end before, gone is called with the reason.
func (s *session) work(slots int, artefacts sweeps.ArtefactCache, limits *limitFlags, own *sweeps.Experiment, gone func(error)) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	cfg := worker.Config{Target: s.coordinator.Target(), Registry: sweeps.Builtin(), Slots: slots, Artefacts: artefacts,
		Version: version, Fingerprint: fingerprint.Compute(), Grace: time.Hour}
	limits.set(&cfg)
	if own != nil {
		// Of this sweep only: others in the database may be anyone's.
		cfg.Commands, cfg.OnlyCommand = command.Run, own
	}
	go func() {
		err := worker.Run(ctx, cfg)
		if err != nil {
			gone(err)
		}
		ended <- err
	}()
	return func() error {
		cancel()
		return <-ended
	}
}

// hand stores the data set of a sweep with the coordinator before the sweep; nil is
// none.
func (s *session) hand(ctx context.Context, set *data.Set, dryRun bool) error {
	if set == nil || dryRun {
		return nil
	}
	return s.explain(s.PutSet(ctx, set))
}

// lendSets fetches the data sets of a block for one of its tasks.
func (s *session) lendSets(ctx context.Context, block *sweeps.Block, task *sweeps.Task) error {
	have := map[data.Hash]*data.Set{}
	for _, text := range block.DataSets() {
		h, err := data.ParseHash(text)
		if err != nil {
			return err
		}
		if have[h], err = s.Set(ctx, h); err != nil {
			return err
		}
	}
	task.Sets = func(_ context.Context, h data.Hash) (*data.Set, error) {
		if have[h] == nil {
			return nil, fmt.Errorf("%w: %s", sweeps.ErrNoSets, h)
		}
		return have[h], nil
	}
	return nil
}

// explain turns a call's error into one that says what to do, with its exit
// code.
func (s *session) explain(err error) error {
	if err == nil {
		return nil
	}
	err = s.Explain(err)
	// status.FromError would put the wrapping's text into the message.
	var wire interface{ GRPCStatus() *status.Status }
	var coded *codedError
	if !errors.As(err, &wire) || errors.As(err, &coded) {
		return err
	}
	st := wire.GRPCStatus()
	switch st.Code() {
	case codes.InvalidArgument, codes.NotFound, codes.FailedPrecondition:
		return usage(errors.New(st.Message()))
	case codes.Canceled:
		return context.Canceled
	case codes.Unavailable:
		return err
	default:
		return errors.New(st.Message())
	}
}

// close leaves the coordinator; one in this process makes everything durable
// first.
func (s *session) close() error {
	err := s.Close()
	if !s.local {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := errors.Join(err, s.coordinator.Close(ctx)); err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	return nil
}
