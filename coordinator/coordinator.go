package coordinator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/test/bufconn"

	"gardner/coordinator/httpapi"
	"gardner/coordinator/scheduler"
	"gardner/coordinator/store"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/proto/join"
	"gardner/sweeps"
)

// Protocol is the version of the wire protocol spoken here.
const Protocol = 1

// Config says what to serve and how. Registry and one of DB and Store are needed.
type Config struct {
	// DB is the database's path; New opens it and Close closes it.
	DB string
	// Store is an open database, used instead of DB and left open by Close.
	Store *store.Store

	Registry *sweeps.Registry
	// Version is the program's, for people; Fingerprint is that of this process, for comparison with the workers'.
	Version     string
	Fingerprint string
	Logger      *slog.Logger // nil: none

	// Socket serves the same user's commands on the unix socket beside the database.
	Socket bool
	// Heartbeat is how often workers report, TTL how long a silent one keeps its leases. Defaults 5 s, 20 s.
	Heartbeat, TTL time.Duration
	// Settle is how long unfinished blocks wait at the start for workers of an earlier process to reconnect. Default one
	// heartbeat; negative: not at all, for a process that brings its own workers.
	Settle time.Duration
	// OldBehind serves sweeps that were unfinished when the database was opened after those submitted or resumed since, for
	// a process that is there for one sweep.
	OldBehind bool
	// LeaseSeconds is how many seconds of work a lease should hold; 0: 1.5.
	LeaseSeconds float64
}

// Coordinator serves one database.
type Coordinator struct {
	gardnerv1.UnimplementedWorkServer
	gardnerv1.UnimplementedControlServer
	gardnerv1.UnimplementedDataServer

	cfg      Config
	log      *slog.Logger
	st       *store.Store
	ownStore bool
	key      []byte // signs leases
	start    time.Time

	owner    *owner
	recorder *recorder
	plans    planBook
	grower   *grower
	room     *room
	gate     *gate
	submits  sync.Mutex // one submission at a time, so that blocks keep their order

	endGrowing   context.CancelFunc
	conflicts    conflictLog
	fingerprints sync.Map // string -> bool, of all workers that ever joined

	local  *grpc.Server // in-process and unix socket, no token
	memory *bufconn.Listener
	client *grpc.ClientConn // of Control
	target *join.Target

	mu      sync.Mutex // guards what follows
	remote  []*grpc.Server
	join    *join.Join
	web     []*httpapi.Server
	closing bool
	stop    chan struct{} // closed when sessions are to end
	serving sync.WaitGroup
}

// New opens the database and serves it in this process (and on the socket). Call Close in the end.
func New(cfg Config) (_ *Coordinator, err error) {
	if cfg.Registry == nil || cfg.DB == "" && cfg.Store == nil {
		return nil, errors.New("coordinator: Config needs Registry and DB or Store")
	}
	cfg.Heartbeat = cmp.Or(cfg.Heartbeat, 5*time.Second)
	cfg.TTL = cmp.Or(cfg.TTL, 4*cfg.Heartbeat)
	cfg.Settle = cmp.Or(cfg.Settle, cfg.Heartbeat)
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Coordinator{cfg: cfg, log: cfg.Logger, st: cfg.Store, start: time.Now(), stop: make(chan struct{}), room: newRoom(maxUnstored)}
	c.gate = newGate(openFiles(), c.log)
	if c.st == nil {
		if c.st, err = store.Open(cfg.DB, store.Options{Logger: cfg.Logger}); err != nil {
			return nil, err
		}
		c.ownStore = true
	}
	defer func() {
		if err != nil && c.ownStore {
			_ = c.st.Close()
		}
	}()
	if c.key, err = c.st.Secret("lease", sealKeySize); err != nil {
		return nil, fmt.Errorf("read the key that signs leases: %w", err)
	}
	if err := c.conflicts.load(c.st); err != nil {
		return nil, err
	}
	c.grower = newGrower(c)
	s, err := c.load()
	if err != nil {
		return nil, err
	}
	c.recorder = newRecorder(c)
	c.owner = newOwner(c, s)
	growing, endGrowing := context.WithCancel(context.Background())
	c.endGrowing = endGrowing
	c.serving.Go(func() { c.grower.run(growing) })
	if err := c.serveLocal(); err != nil {
		c.endGrowing()
		c.serving.Wait()
		c.owner.end()
		c.recorder.end()
		return nil, err
	}
	return c, nil
}

// now is the scheduler's time.
func (c *Coordinator) now() time.Duration { return time.Since(c.start) }

// Target reaches the coordinator from within its process.
func (c *Coordinator) Target() *join.Target { return c.target }

// Control is a client of the coordinator within its process.
func (c *Coordinator) Control() gardnerv1.ControlClient { return gardnerv1.NewControlClient(c.client) }

// Store is the database served.
func (c *Coordinator) Store() *store.Store { return c.st }

// Leave tells all workers to finish their tasks and exit.
func (c *Coordinator) Leave(reason string) {
	c.owner.post(func(*scheduler.Scheduler, time.Duration) {
		for _, x := range c.owner.sessions {
			x.send(&gardnerv1.CoordinatorMessage{Message: &gardnerv1.CoordinatorMessage_Drain{
				Drain: &gardnerv1.Drain{Leave: true, Reason: reason}}})
		}
	})
}

// Close stops granting leases, waits (within ctx) until what has been received is durable and acknowledged, ends all
// sessions and closes the database. Workers elsewhere go on computing and come back to the next process.
func (c *Coordinator) Close(ctx context.Context) error {
	c.mu.Lock()
	if c.closing {
		c.mu.Unlock()
		return nil
	}
	c.closing = true
	servers := append([]*grpc.Server{c.local}, c.remote...)
	web := c.web
	close(c.stop)
	c.mu.Unlock()

	for _, s := range web {
		if err := s.Close(ctx); err != nil {
			c.log.Warn("requests over HTTP were cut off", "error", err)
		}
	}
	for _, s := range servers {
		stopped := make(chan struct{})
		go func() {
			s.GracefulStop()
			close(stopped)
		}()
		select {
		case <-stopped:
		case <-ctx.Done():
			s.Stop()
			<-stopped
		}
	}
	_ = c.client.Close()
	c.endGrowing()
	c.serving.Wait()
	c.owner.end()
	c.recorder.end()
	if c.ownStore {
		return c.st.Close()
	}
	return nil
}

// serveLocal serves this process and the socket.
func (c *Coordinator) serveLocal() error {
	c.local = grpc.NewServer(serverOptions()...)
	c.register(c.local)
	c.memory = bufconn.Listen(1 << 20)
	c.target = join.InProcess(func(ctx context.Context) (net.Conn, error) { return c.memory.DialContext(ctx) })
	conn, err := c.target.Dial()
	if err != nil {
		return err
	}
	c.client = conn.ClientConn
	listeners := []net.Listener{c.memory}
	if c.cfg.Socket {
		path, err := filepath.Abs(c.st.Path())
		if err != nil {
			return fmt.Errorf("make the command socket: %w", err)
		}
		l, err := join.ListenSocket(join.Socket(path))
		if err != nil {
			return err
		}
		listeners = append(listeners, l)
	}
	for _, l := range listeners {
		c.serve(c.local, l)
	}
	return nil
}

func (c *Coordinator) serve(s *grpc.Server, l net.Listener) {
	c.serving.Go(func() {
		if err := s.Serve(l); err != nil && !errors.Is(err, grpc.ErrServerStopped) {
			c.log.Error("a listener has failed", "address", l.Addr().String(), "error", err)
		}
	})
}

func (c *Coordinator) register(s *grpc.Server) {
	gardnerv1.RegisterWorkServer(s, c)
	gardnerv1.RegisterControlServer(s, c)
	gardnerv1.RegisterDataServer(s, c)
	// For operators' tools, behind the same token as every other call.
	reflection.Register(s)
}
