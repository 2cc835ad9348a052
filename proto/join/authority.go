package join

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// serverName is the name in every server certificate: clients reach a coordinator by whatever address
// works from where they are, so trust rests on the pinned authority and not on the address.
const serverName = "gardner"

// Validity of the certificates. The server's key lives as long as its process and the pin never expires,
// so dates would only add failures on machines whose clocks are wrong.
var (
	validFrom  = time.Date(2017, 11, 1, 0, 0, 0, 0, time.UTC)
	validUntil = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
)

// Authority is the coordinator's side: it proves itself to clients and checks their tokens.
type Authority struct {
	token  Token
	secret [sha256.Size]byte // hash of the token's secret
	server tls.Certificate
}

// NewAuthority derives the certificate authority from seed (AuthoritySeedSize bytes) and the token from
// secret (TokenSecretSize bytes), and makes a fresh server certificate.
func NewAuthority(seed, secret []byte) (*Authority, error) {
	if len(secret) != TokenSecretSize {
		return nil, fmt.Errorf("token secret has %d bytes, want %d", len(secret), TokenSecretSize)
	}
	caKey, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed)
	if err != nil {
		return nil, fmt.Errorf("derive the certificate authority from the database's secret: %w", err)
	}
	caTemplate := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "gardner coordinator authority"},
		NotBefore:             validFrom,
		NotAfter:              validUntil,
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, caTemplate, caTemplate, caKey.Public(), caKey)
	if err != nil {
		return nil, fmt.Errorf("make the authority's certificate: %w", err)
	}
	ca, err := x509.ParseCertificate(caDER)
	if err != nil {
		return nil, fmt.Errorf("read the authority's certificate: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the server's key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, fmt.Errorf("make the server certificate's number: %w", err)
	}
	leaf := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "gardner coordinator"},
		DNSNames:     []string{serverName},
		NotBefore:    validFrom,
		NotAfter:     validUntil,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, ca, key.Public(), caKey)
	if err != nil {
		return nil, fmt.Errorf("make the server's certificate: %w", err)
	}
	text := encoding.EncodeToString(secret)
	return &Authority{
		token:  Token{Pin: pinOf(ca), Secret: text},
		secret: sha256.Sum256([]byte(text)),
		server: tls.Certificate{Certificate: [][]byte{der, caDER}, PrivateKey: key},
	}, nil
}

// Token returns the token that lets clients in.
func (a *Authority) Token() Token { return a.token }

// Accepts reports whether secret is the token's secret, in time that does not depend on it.
func (a *Authority) Accepts(secret string) bool {
	got := sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(got[:], a.secret[:]) == 1
}

// ServerTLS returns the configuration of a TLS listener.
func (a *Authority) ServerTLS() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{a.server}, MinVersion: tls.VersionTLS13}
}

// ServerOptions makes a gRPC server speak TLS and refuse every call without the token.
func (a *Authority) ServerOptions() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.Creds(credentials.NewTLS(a.ServerTLS())),
		grpc.ChainUnaryInterceptor(func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
			if err := a.check(ctx); err != nil {
				return nil, err
			}
			return next(ctx, req)
		}),
		grpc.ChainStreamInterceptor(func(srv any, s grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) error {
			if err := a.check(s.Context()); err != nil {
				return err
			}
			return next(srv, s)
		}),
	}
}

const (
	headerName   = "authorization"
	headerScheme = "Bearer "
)

func (a *Authority) check(ctx context.Context) error {
	values := metadata.ValueFromIncomingContext(ctx, headerName)
	if len(values) != 1 {
		return status.Error(codes.Unauthenticated, "no token: use the join line that the coordinator printed")
	}
	secret, ok := strings.CutPrefix(values[0], headerScheme)
	if !ok || !a.Accepts(secret) {
		return status.Error(codes.Unauthenticated, "wrong token: use the join line that the coordinator printed")
	}
	return nil
}
