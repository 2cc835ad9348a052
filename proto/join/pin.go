package join

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
)

// ClientTLS returns a configuration that believes only a server whose certificate was issued by the
// pinned authority.
func ClientTLS(pin Pin) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		ServerName: serverName,
		// The usual check wants a known root; here the root comes with the handshake and is known by its
		// hash. VerifyConnection does the whole verification instead.
		InsecureSkipVerify: true,
		VerifyConnection:   func(cs tls.ConnectionState) error { return verify(cs.PeerCertificates, pin) },
	}
}

func verify(chain []*x509.Certificate, pin Pin) error {
	if len(chain) < 2 {
		return fmt.Errorf("%w: it sent %d certificates, want its own and its authority's", ErrAuthority, len(chain))
	}
	roots := x509.NewCertPool()
	found := false
	for _, c := range chain[1:] {
		if c.IsCA && pinOf(c) == pin {
			roots.AddCert(c)
			found = true
		}
	}
	if !found {
		return fmt.Errorf("%w: its authority has another key", ErrAuthority)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		Roots:       roots,
		DNSName:     serverName,
		CurrentTime: validFrom.AddDate(1, 0, 0), // the certificates carry no meaningful dates
		KeyUsages:   []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAuthority, err)
	}
	return nil
}

// bearer shows the token's secret with every call.
type bearer struct{ secret string }

// GetRequestMetadata implements credentials.PerRPCCredentials.
func (b bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{headerName: headerScheme + b.secret}, nil
}

// RequireTransportSecurity implements credentials.PerRPCCredentials: the secret never leaves in clear text.
func (b bearer) RequireTransportSecurity() bool { return true }
