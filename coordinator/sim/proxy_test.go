package sim_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	"gardner/coordinator/store"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/proto/join"
	"gardner/sweeps"
)

// proxy stands between workers and coordinator, passes messages on, breaks what the adversary says, and remembers what
// was acknowledged.
type proxy struct {
	passing sync.WaitGroup

	mu     sync.Mutex // guards what follows
	random *rand.Rand
	to     *join.Target // nil: there is no coordinator
	lines  []*line
	apart  time.Time
	twice  int // messages still to be doubled
	acked  map[task][]byte
	sent   map[string]map[uint64]*gardnerv1.Results // by worker and batch
}

type task struct {
	block   sweeps.BlockID
	ordinal uint64
}

// line is one worker's way to the coordinator.
type line struct {
	gardnerv1.UnimplementedWorkServer
	p       *proxy
	target  *join.Target
	server  *grpc.Server
	mu      sync.Mutex // guards what follows
	cuts    []context.CancelFunc
	refused bool
	leases  map[string]sweeps.BlockID // seal -> block
}

func newProxy(seed uint64) *proxy {
	return &proxy{random: rand.New(rand.NewPCG(seed, 2)), acked: map[task][]byte{}, sent: map[string]map[uint64]*gardnerv1.Results{}}
}

func (p *proxy) line() *line {
	l := &line{p: p, server: grpc.NewServer(), leases: map[string]sweeps.BlockID{}}
	listener := bufconn.Listen(1 << 16)
	gardnerv1.RegisterWorkServer(l.server, l)
	go func() { _ = l.server.Serve(listener) }()
	l.target = join.InProcess(func(ctx context.Context) (net.Conn, error) { return listener.DialContext(ctx) })
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines = append(p.lines, l)
	return l
}

func (p *proxy) set(to *join.Target) {
	p.mu.Lock()
	p.to = to
	p.mu.Unlock()
	if to == nil { // it died: its connections break
		for _, l := range p.all() {
			l.cut()
		}
	}
}

func (p *proxy) all() []*line {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*line(nil), p.lines...)
}

func (p *proxy) cut() {
	all := p.all()
	p.mu.Lock()
	i := p.random.IntN(len(all))
	p.mu.Unlock()
	all[i].cut()
}

func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.cuts {
		c()
	}
	l.cuts = nil
}

func (l *line) refuse() {
	l.mu.Lock()
	l.refused = true
	l.mu.Unlock()
	l.cut()
}

// part holds back everything for so long.
func (p *proxy) part(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.apart = time.Now().Add(d)
}

func (p *proxy) odd() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.twice = 20
}

func (p *proxy) heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.apart, p.twice = time.Time{}, 0
}

func (p *proxy) close() {
	for _, l := range p.all() {
		l.refuse()
		l.server.Stop()
	}
	p.passing.Wait()
}

// delay is the network's.
func (p *proxy) delay() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(time.Until(p.apart), 0) + time.Duration(p.random.IntN(1000))*time.Microsecond
}

// Session implements the Work service by passing everything on.
func (l *line) Session(up gardnerv1.Work_SessionServer) error {
	p := l.p
	p.mu.Lock()
	to := p.to
	p.mu.Unlock()
	ctx, cancel := context.WithCancel(up.Context())
	defer cancel()
	l.mu.Lock()
	refused := l.refused
	l.cuts = append(l.cuts, cancel)
	l.mu.Unlock()
	if to == nil || refused {
		return status.Error(codes.Unavailable, "nobody is there")
	}
	conn, err := to.Dial()
	if err != nil {
		return status.Error(codes.Unavailable, err.Error())
	}
	defer func() { _ = conn.Close() }()
	down, err := gardnerv1.NewWorkClient(conn).Session(ctx)
	if err != nil {
		return status.Error(codes.Unavailable, err.Error())
	}
	broken := make(chan error, 2)
	p.passing.Go(func() { broken <- l.forward(up, down) })
	p.passing.Go(func() { broken <- l.back(up, down) })
	select {
	case err := <-broken:
		return err
	case <-ctx.Done():
		return status.Error(codes.Unavailable, "cut")
	}
}

// forward passes on what the worker says.
func (l *line) forward(up gardnerv1.Work_SessionServer, down gardnerv1.Work_SessionClient) error {
	worker := ""
	for {
		m, err := up.Recv()
		if err != nil {
			_ = down.CloseSend()
			return err
		}
		if h := m.GetHello(); h != nil {
			worker = string(h.Worker)
		}
		p := l.p
		p.mu.Lock()
		again := p.twice > 0 && (m.GetResults() != nil || m.GetFailure() != nil || m.GetGiveBack() != nil)
		if again {
			p.twice--
		}
		if r := m.GetResults(); r != nil {
			if p.sent[worker] == nil {
				p.sent[worker] = map[uint64]*gardnerv1.Results{}
			}
			p.sent[worker][r.Batch] = r
		}
		p.mu.Unlock()
		time.Sleep(p.delay())
		if down.Send(m) != nil {
			return status.Error(codes.Unavailable, "broken")
		}
		if again && down.Send(m) != nil {
			return status.Error(codes.Unavailable, "broken")
		}
	}
}

// back passes on what the coordinator says, and notes what it promises.
func (l *line) back(up gardnerv1.Work_SessionServer, down gardnerv1.Work_SessionClient) error {
	for {
		m, err := down.Recv()
		if err != nil {
			return status.Error(codes.Unavailable, err.Error())
		}
		l.note(m)
		time.Sleep(l.p.delay())
		if err := up.Send(m); err != nil {
			return err
		}
	}
}

// note remembers leases and acknowledged results. A line has one worker.
func (l *line) note(m *gardnerv1.CoordinatorMessage) {
	l.mu.Lock()
	if x := m.GetLease(); x != nil {
		l.leases[string(x.Seal)] = sweeps.BlockID(x.Block)
	}
	l.mu.Unlock()
	a := m.GetAck()
	if a == nil {
		return
	}
	l.p.acknowledged(l, a)
}

func (p *proxy) acknowledged(l *line, a *gardnerv1.Ack) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, sent := range p.sent {
		for _, n := range a.Batches {
			r := sent[n]
			if r == nil {
				continue
			}
			l.mu.Lock()
			block, mine := l.leases[string(r.Seal)]
			l.mu.Unlock()
			if !mine {
				continue // another worker's batch of that number
			}
			rest := r.Records
			for i, o := range r.Ordinals {
				p.acked[task{block, o}] = rest[:r.Sizes[i]]
				rest = rest[r.Sizes[i]:]
			}
		}
	}
}

// check looks for everything that was acknowledged in a database.
func (p *proxy) check(t *testing.T, st *store.Store) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for k, want := range p.acked {
		got, ok, err := st.Get(k.block, k.ordinal)
		if err != nil || !ok || !bytes.Equal(got, want) {
			t.Errorf("task %d was acknowledged, and is stored: %v, with the same bits: %v; %v", k.ordinal, ok, bytes.Equal(got, want), err)
		}
	}
}
