package coordinator

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"gardner/coordinator/scheduler"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/proto/join"
	"gardner/sweeps"
)

// puppet is a worker played by hand.
type puppet struct {
	t      testing.TB
	stream gardnerv1.Work_SessionClient
	lease  *gardnerv1.Lease
}

func goodHello() *gardnerv1.Hello {
	return &gardnerv1.Hello{Protocol: Protocol, Worker: bytes.Repeat([]byte{7}, 16), Slots: 1, Host: "puppet",
		Experiments: []*gardnerv1.ExperimentVersion{{Name: "test", Version: 1}}}
}

func (h *house) puppet(hello *gardnerv1.Hello) *puppet {
	h.t.Helper()
	conn, err := h.c.Target().Dial()
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = conn.Close() })
	ctx, cancel := context.WithTimeout(h.t.Context(), 30*time.Second)
	h.t.Cleanup(cancel)
	stream, err := gardnerv1.NewWorkClient(conn).Session(ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	p := &puppet{t: h.t, stream: stream}
	p.say(&gardnerv1.WorkerMessage{Message: &gardnerv1.WorkerMessage_Hello{Hello: hello}})
	return p
}

func (p *puppet) say(m *gardnerv1.WorkerMessage) {
	if err := p.stream.Send(m); err != nil && !errors.Is(err, io.EOF) {
		p.t.Errorf("send: %v", err)
	}
}

// pull waits for a lease.
func (p *puppet) pull() *gardnerv1.Lease {
	p.t.Helper()
	p.say(&gardnerv1.WorkerMessage{Message: &gardnerv1.WorkerMessage_Pull{Pull: &gardnerv1.Pull{Leases: 1}}})
	for {
		m, err := p.stream.Recv()
		if err != nil {
			p.t.Fatalf("no lease: %v", err)
		}
		if l := m.GetLease(); l != nil {
			p.lease = l
			return l
		}
	}
}

// ack waits for an acknowledgement, and fails on the end of the session.
func (p *puppet) ack() *gardnerv1.Ack {
	p.t.Helper()
	for {
		m, err := p.stream.Recv()
		if err != nil {
			p.t.Fatalf("no acknowledgement: %v", err)
		}
		if a := m.GetAck(); a != nil {
			return a
		}
	}
}

// end waits for the session's end.
func (p *puppet) end() codes.Code {
	for {
		if _, err := p.stream.Recv(); err != nil {
			return status.Code(err)
		}
	}
}

func record(x float64) []byte {
	e, err := experiments(1, nil).Lookup("test")
	if err != nil {
		panic(err)
	}
	return sweeps.EncodeRecord(e, 1, nil, []sweeps.Row{{Cells: []sweeps.Cell{sweeps.Val(x)}}})
}

func results(batch uint64, seal []byte, ordinal uint64, rec []byte) *gardnerv1.Results {
	return &gardnerv1.Results{Batch: batch, Seal: seal, Ordinals: []uint64{ordinal}, Sizes: []uint32{uint32(len(rec))}, Records: rec, Seconds: []float32{1}}
}

func wrap(m any) *gardnerv1.WorkerMessage {
	switch m := m.(type) {
	case *gardnerv1.Results:
		return &gardnerv1.WorkerMessage{Message: &gardnerv1.WorkerMessage_Results{Results: m}}
	case *gardnerv1.Failure:
		return &gardnerv1.WorkerMessage{Message: &gardnerv1.WorkerMessage_Failure{Failure: m}}
	case *gardnerv1.GiveBack:
		return &gardnerv1.WorkerMessage{Message: &gardnerv1.WorkerMessage_GiveBack{GiveBack: m}}
	case *gardnerv1.Heartbeat:
		return &gardnerv1.WorkerMessage{Message: &gardnerv1.WorkerMessage_Heartbeat{Heartbeat: m}}
	case *gardnerv1.Hello:
		return &gardnerv1.WorkerMessage{Message: &gardnerv1.WorkerMessage_Hello{Hello: m}}
	}
	return &gardnerv1.WorkerMessage{}
}

func TestHostileHello(t *testing.T) {
	t.Parallel()
	h := newHouse(t, experiments(1, nil))
	for name, c := range map[string]struct {
		change func(*gardnerv1.Hello)
		want   codes.Code
	}{
		"protocol":    {func(m *gardnerv1.Hello) { m.Protocol = 99 }, codes.FailedPrecondition},
		"id":          {func(m *gardnerv1.Hello) { m.Worker = []byte("short") }, codes.InvalidArgument},
		"no slots":    {func(m *gardnerv1.Hello) { m.Slots = 0 }, codes.InvalidArgument},
		"many slots":  {func(m *gardnerv1.Hello) { m.Slots = math.MaxUint32 }, codes.InvalidArgument},
		"long host":   {func(m *gardnerv1.Hello) { m.Host = string(bytes.Repeat([]byte("x"), 1<<16)) }, codes.InvalidArgument},
		"experiments": {func(m *gardnerv1.Hello) { m.Experiments[0].Version = 5 }, codes.FailedPrecondition},
		"held": {func(m *gardnerv1.Hello) { m.Held = []*gardnerv1.Held{{Seal: []byte("forged")}} },
			codes.PermissionDenied},
	} {
		hello := goodHello()
		c.change(hello)
		if got := h.puppet(hello).end(); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestHostileMessages(t *testing.T) {
	t.Parallel()
	h := newHouse(t, experiments(1, nil))
	h.submit(file("s", 40, "0", 1))
	other := newHouse(t, experiments(1, nil))
	other.submit(file("s", 40, "0", 1))
	foreign := other.puppet(goodHello()).pull().Seal // the same block under another database's key
	for name, c := range map[string]struct {
		message func(l *gardnerv1.Lease) any
		want    codes.Code
	}{
		"garbage seal":   {func(*gardnerv1.Lease) any { return results(1, []byte("garbage"), 0, record(1)) }, codes.PermissionDenied},
		"empty seal":     {func(*gardnerv1.Lease) any { return results(1, nil, 0, record(1)) }, codes.PermissionDenied},
		"another's seal": {func(*gardnerv1.Lease) any { return results(1, foreign, 0, record(1)) }, codes.PermissionDenied},
		"changed seal": {func(l *gardnerv1.Lease) any {
			s := slices.Clone(l.Seal)
			s[40] ^= 1 // the upper end of the lease
			return results(1, s, l.Lo, record(1))
		}, codes.PermissionDenied},
		"ordinal above":    {func(l *gardnerv1.Lease) any { return results(1, l.Seal, l.Hi, record(1)) }, codes.OutOfRange},
		"ordinal far":      {func(l *gardnerv1.Lease) any { return results(1, l.Seal, math.MaxUint64, record(1)) }, codes.OutOfRange},
		"failure above":    {func(l *gardnerv1.Lease) any { return &gardnerv1.Failure{Seal: l.Seal, Ordinal: l.Hi} }, codes.OutOfRange},
		"failure, no seal": {func(*gardnerv1.Lease) any { return &gardnerv1.Failure{} }, codes.PermissionDenied},
		"back, no seal":    {func(*gardnerv1.Lease) any { return &gardnerv1.GiveBack{} }, codes.PermissionDenied},
		"beat, no seal":    {func(*gardnerv1.Lease) any { return &gardnerv1.Heartbeat{Running: []*gardnerv1.Running{{}}} }, codes.PermissionDenied},
		"record":           {func(l *gardnerv1.Lease) any { return results(1, l.Seal, l.Lo, []byte{1, 2, 3}) }, codes.InvalidArgument},
		"no record":        {func(l *gardnerv1.Lease) any { return results(1, l.Seal, l.Lo, nil) }, codes.InvalidArgument},
		"sizes": {func(l *gardnerv1.Lease) any {
			r := results(1, l.Seal, l.Lo, record(1))
			r.Sizes[0] = math.MaxUint32
			return r
		}, codes.InvalidArgument},
		"columns": {func(l *gardnerv1.Lease) any {
			r := results(1, l.Seal, l.Lo, record(1))
			r.Seconds = nil
			return r
		}, codes.InvalidArgument},
		"trailing bytes": {func(l *gardnerv1.Lease) any {
			r := results(1, l.Seal, l.Lo, record(1))
			r.Records = append(r.Records, 0)
			return r
		}, codes.InvalidArgument},
		"nothing":     {func(l *gardnerv1.Lease) any { return &gardnerv1.Results{Seal: l.Seal} }, codes.InvalidArgument},
		"hello again": {func(*gardnerv1.Lease) any { return goodHello() }, codes.InvalidArgument},
		"huge": {func(l *gardnerv1.Lease) any { return results(1, l.Seal, l.Lo, make([]byte, join.MaxMessage)) },
			codes.ResourceExhausted},
	} {
		hello := goodHello()
		hello.Worker = slices.Clone(hello.Worker)
		copy(hello.Worker, name)
		p := h.puppet(hello)
		l := p.pull()
		m := wrap(c.message(l))
		if proto.Size(m) > join.MaxMessage {
			// The client's own bound stands before the server's; both say the same.
			if got := status.Code(p.stream.Send(m)); got != c.want {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
			continue
		}
		p.say(m)
		if got := p.end(); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if v, _ := h.c.Control().Status(t.Context(), &gardnerv1.StatusRequest{Sweep: "s"}); v.Sweeps[0].Done != 0 || v.Sweeps[0].Failed != 0 {
		t.Errorf("something of it was taken: %v", v.Sweeps[0])
	}
}

// A result may come twice, in a later session, and after a restart: it is acknowledged each time and stored once. Other
// bits under the same key are a conflict and change nothing.
func TestResultsAreIdempotent(t *testing.T) {
	t.Parallel()
	h := newHouse(t, experiments(1, nil))
	h.submit(file("s", 40, "0", 1))
	p := h.puppet(goodHello())
	l := p.pull()
	first := results(1, l.Seal, l.Lo, record(1))
	p.say(wrap(first))
	p.say(wrap(results(2, l.Seal, l.Lo, record(1))))
	for n := 0; n < 2; {
		n += len(p.ack().Batches)
	}
	p = h.puppet(goodHello()) // the older session of the same worker ends
	p.say(wrap(first))
	if a := p.ack(); len(a.Batches) != 1 {
		t.Errorf("%v", a)
	}
	before := h.raw("s")
	h.close()
	h.open()
	p = h.puppet(goodHello())
	p.say(wrap(first))
	if a := p.ack(); len(a.Batches) != 1 {
		t.Errorf("after a restart: %v", a)
	}
	p.say(wrap(results(2, l.Seal, l.Lo, record(2))))
	if a := p.ack(); len(a.Batches) != 1 {
		t.Errorf("other bits: %v", a)
	}
	if h.raw("s") != before {
		t.Error("a stored result has changed")
	}
	v, err := h.c.Control().Status(t.Context(), &gardnerv1.StatusRequest{})
	if err != nil || v.Conflicts != 1 || v.Sweeps[0].Done != 1 {
		t.Errorf("%v, %v", v, err)
	}
}

// A lease of a block the database does not have any more (restored from a copy) is refused without ending the worker.
func TestUnknownBlockIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t, experiments(1, nil))
	p := h.puppet(goodHello())
	seal := makeSeal(h.c.key, &scheduler.Lease{ID: 1, Block: sweeps.BlockID{9}, Lo: 0, Hi: 5})
	p.say(wrap(results(4, seal, 0, record(1))))
	if a := p.ack(); len(a.Refused) != 1 || a.Refused[0].Batch != 4 || a.Refused[0].Reason != noBlock {
		t.Errorf("%v", a)
	}
}

func TestSealRoundTrip(t *testing.T) {
	t.Parallel()
	key := bytes.Repeat([]byte{3}, sealKeySize)
	rapid.Check(t, func(t *rapid.T) {
		l := scheduler.Lease{ID: scheduler.LeaseID(rapid.Uint64().Draw(t, "id")), Lo: rapid.Uint64().Draw(t, "lo"), Hi: rapid.Uint64().Draw(t, "hi")}
		copy(l.Block[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "block"))
		row := -1
		for _, d := range rapid.SliceOf(rapid.IntRange(1, 300)).Draw(t, "steps") {
			row += d
			l.Inner = append(l.Inner, row)
		}
		seal := makeSeal(key, &l)
		got, err := openSeal(key, seal)
		if err != nil || got.ID != l.ID || got.Block != l.Block || got.Lo != l.Lo || got.Hi != l.Hi || !slices.Equal(got.Inner, l.Inner) {
			t.Fatalf("%+v became %+v, %v", l, got, err)
		}
		i := rapid.IntRange(0, len(seal)-1).Draw(t, "byte")
		seal[i] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := openSeal(key, seal); err == nil {
			t.Fatalf("byte %d may be changed", i)
		}
	})
}

func FuzzOpenSeal(f *testing.F) {
	key := bytes.Repeat([]byte{3}, sealKeySize)
	f.Add(makeSeal(key, &scheduler.Lease{Lo: 1, Hi: 2, Inner: []int{0, 4}}))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, err := openSeal(key, body); err == nil && len(body) < sealHead+1+sealMAC {
			t.Error("too short, and accepted")
		}
		// Even a body that was really signed must not break the reader.
		_, _ = openSeal(key, append(slices.Clone(body), sealSum(key, body)...))
	})
}
