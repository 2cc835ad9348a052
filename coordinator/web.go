package coordinator

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"gardner/coordinator/httpapi"
	"gardner/coordinator/page"
	"gardner/proto/join"
)

// HTTP says how to serve the page and the HTTP API.
type HTTP struct {
	// Addr is HOST:PORT to listen on.
	Addr string
	// Names are the host names others use, the first for the addresses that are printed.
	Names []string
	// Insecure allows clear text outside loopback.
	Insecure bool
	// Page answers what is not the API; nil: the live page.
	Page http.Handler
}

// ListenHTTP serves the HTTP API and the page: clear text on loopback, elsewhere TLS by the database's authority. It
// writes the addresses, tokens included, into the page file beside the database.
func (c *Coordinator) ListenHTTP(h HTTP) (*httpapi.Server, error) {
	authority, err := c.authority()
	if err != nil {
		return nil, err
	}
	if h.Page == nil {
		h.Page = page.New(c.Control(), c.cfg.Registry)
	}
	secret := authority.Token().Secret
	s, err := httpapi.Listen(h.Addr, httpapi.Config{Control: c.Control(), Keys: httpapi.NewKeys([]byte(secret), secret), Page: h.Page,
		Names: h.Names, TLS: authority.ServerTLS(), Insecure: h.Insecure, Logger: c.log})
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	closing := c.closing
	if !closing {
		c.web = append(c.web, s)
	}
	c.mu.Unlock()
	if closing {
		_ = s.Close(context.Background())
		return nil, errors.New("listen for HTTP: the coordinator is closing")
	}
	text := fmt.Sprintf("page %s\nread %s\n", s.URL(httpapi.Operate), s.URL(httpapi.Read))
	if err := join.WriteSecret(join.PageFile(c.st.Path()), text); err != nil {
		return nil, fmt.Errorf("write page file: %w", err)
	}
	return s, nil
}
