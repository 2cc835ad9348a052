package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"gardner/coordinator"
	"gardner/coordinator/recheck"
	"gardner/core/fingerprint"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
	"gardner/sweeps/data"
)

// verifyCommand reads a whole database and says what is wrong with it.
func verifyCommand() *cobra.Command {
	var sample string
	var commands commandsFlag
	var kept cacheFlags
	cmd := &cobra.Command{
		Use:   "verify DB...",
		Short: "read whole databases: checksums, progress, every record",
		Long: `Read everything in a database: check the checksum of each result, decode it, rebuild the
progress from the results and compare. It works while a coordinator has the database open
and results arrive. With --sample, compute a random share of the results again, here, and
compare their bits. Exit code 1 if anything is wrong.`,
		Example: "  gardner verify gardner.db\n  gardner verify gardner.db --sample 20%",
		Args:    someArgs("DB"),
		RunE: func(cmd *cobra.Command, args []string) error {
			share, err := parseShare(sample)
			if err != nil {
				return usagef("--sample %s: %w", sample, err)
			}
			artefacts, err := kept.open(logger(false))
			if err != nil {
				return err
			}
			bad := uint64(0)
			for _, path := range args {
				n, err := verify(cmd, path, share, artefacts, commands)
				if err != nil {
					return err
				}
				bad += n
			}
			if bad > 0 {
				return fmt.Errorf("%d problems found; keep the file and restore a backup", bad)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&sample, "sample", "0", "share of the results to compute again and compare: 2%, 0.02, 1")
	commands.flag(cmd.Flags(), "with --sample: also run the programs of sweeps whose experiment is a command, as you; read them first")
	kept.flags(cmd.Flags())
	return cmd
}

func verify(cmd *cobra.Command, path string, share float64, artefacts sweeps.ArtefactCache, commands commandsFlag) (problems uint64, err error) {
	st, s, err := openOrAsk(path)
	if err != nil {
		return 0, err
	}
	// What is read goes to goroutines that compute; while all of them are at work, reading waits.
	group, ctx := errgroup.WithContext(cmd.Context())
	group.SetLimit(runtime.NumCPU())
	var report *gardnerv1.Verification
	var again *recheck.Checker
	sampled := func(b *sweeps.Block, ordinal uint64, record []byte) error {
		record = append([]byte(nil), record...)
		group.Go(func() error { return again.Task(ctx, b, ordinal, record) })
		return ctx.Err()
	}
	if st != nil {
		defer func() { err = errors.Join(err, st.Close()) }()
		again = recheck.New(sweeps.Builtin(), func(_ context.Context, h data.Hash) (*data.Set, error) {
			encoded, err := st.Data(h)
			if err != nil {
				return nil, err
			}
			return data.Decode(encoded)
		}, artefacts)
		again.Commands = commands.runner()
		report, err = coordinator.Verify(ctx, st, sweeps.Builtin(), share, sampled)
	} else {
		defer func() { err = errors.Join(err, s.close()) }()
		again = recheck.New(sweeps.Builtin(), s.Set, artefacts)
		again.Commands = commands.runner()
		report, err = s.verify(ctx, share, sampled)
	}
	if err := errors.Join(group.Wait(), err); err != nil {
		return 0, err
	}
	return printVerification(cmd.OutOrStdout(), path, report, again.Tally(), share > 0)
}

// verify asks the process that has the database open.
func (s *session) verify(ctx context.Context, share float64, sampled func(*sweeps.Block, uint64, []byte) error) (*gardnerv1.Verification, error) {
	stream, err := s.Verify(ctx, &gardnerv1.VerifyRequest{Sample: share})
	if err != nil {
		return nil, s.explain(err)
	}
	blocks := map[string]*sweeps.Block{}
	for {
		r, err := stream.Recv()
		if err != nil {
			return nil, s.explain(err)
		}
		if report := r.GetReport(); report != nil {
			return report, nil
		}
		t := r.GetTask()
		b := blocks[string(t.GetBlock())]
		if b == nil {
			if b, err = sweeps.DecodeBlock(t.GetBlock()); err != nil {
				return nil, err
			}
			blocks[string(t.GetBlock())] = b
		}
		if err := sampled(b, t.GetOrdinal(), t.GetRecord()); err != nil {
			return nil, err
		}
	}
}

func printVerification(out io.Writer, path string, v *gardnerv1.Verification, t recheck.Tally, sampled bool) (problems uint64, err error) {
	for _, list := range []struct {
		problems []string
		more     uint64
	}{{v.Problems, v.More}, {t.Problems, uint64(t.More)}} {
		for _, p := range list.problems {
			fmt.Fprintf(out, "%s: %s\n", path, p)
		}
		if list.more > 0 {
			fmt.Fprintf(out, "%s: and %d more\n", path, list.more)
		}
		problems += uint64(len(list.problems)) + list.more
	}
	if v.Gap != nil {
		fmt.Fprintf(out, "%s: worst certificate gap %.2g\n", path, *v.Gap)
	}
	if sampled {
		fmt.Fprintf(out, "%s: %s\n", path, recomputed(v.Results, t))
	}
	_, err = fmt.Fprintf(out, "%s: %d blocks, %d results, %d bytes of records, %d failures kept; %d problems\n",
		path, v.Blocks, v.Results, v.Bytes, v.Failures, problems)
	return problems, err
}

// recomputed says how the results that were computed again compare.
func recomputed(results uint64, t recheck.Tally) string {
	text := fmt.Sprintf("%d of %d results computed again", t.Checked(), results)
	switch {
	case t.Checked() == 0:
	case t.Equal == t.Checked():
		text += ": all bits equal"
	default:
		text += fmt.Sprintf(": %d with equal bits, %d within %g, %d differ or fail", t.Equal, t.Near, sweeps.Tolerance, uint64(len(t.Problems)+t.More))
	}
	text += fmt.Sprintf(" (%s, fingerprint %s)", platform(), fingerprint.Compute())
	if t.Skipped > 0 {
		text += fmt.Sprintf("; %d were planned with other versions of their experiments and left", t.Skipped)
	}
	if t.Unrun > 0 {
		text += fmt.Sprintf("; %d are of commands (programs of whoever made the sweep) and left: read these and give --allow-commands", t.Unrun)
	}
	return text
}
