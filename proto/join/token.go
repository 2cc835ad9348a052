package join

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// Sizes of the two secrets a database keeps for its coordinator, in bytes.
const (
	AuthoritySeedSize = 32
	TokenSecretSize   = 24
)

// Trust errors: a caller that gets one of these gains nothing by trying the same join text again.
var (
	// ErrJoinText: the text is no join text (a typing or copying mistake).
	ErrJoinText = errors.New("not a join text")
	// ErrNoToken: only an address is known and no token was found for it.
	ErrNoToken = errors.New("no token for this coordinator")
	// ErrAuthority: the server's authority is not the one the token pins.
	ErrAuthority = errors.New("this is not the coordinator the join text was made by")
	// ErrToken: the coordinator refused the token.
	ErrToken = errors.New("the coordinator refused the token")
)

const tokenVersion = "g1"

var encoding = base64.RawURLEncoding.Strict()

// Pin is the SHA-256 of the authority's public key (its DER SubjectPublicKeyInfo). The key, not the
// certificate, is pinned: another Go version may encode the same certificate differently.
type Pin [sha256.Size]byte

func pinOf(c *x509.Certificate) Pin { return sha256.Sum256(c.RawSubjectPublicKeyInfo) }

// Token lets a client in (Secret) and tells it whom to believe (Pin).
type Token struct {
	Pin    Pin
	Secret string // base64url, as sent
}

// String returns version.pin.secret.
func (t Token) String() string {
	return tokenVersion + "." + encoding.EncodeToString(t.Pin[:]) + "." + t.Secret
}

// ParseToken reads what String wrote. The error never repeats the text, which may hold a secret.
func ParseToken(text string) (Token, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return Token{}, fmt.Errorf("%w: a token has three parts separated by dots, this has %d", ErrJoinText, len(parts))
	}
	if parts[0] != tokenVersion {
		return Token{}, fmt.Errorf("%w: token version %.8q, this program knows %q", ErrJoinText, parts[0], tokenVersion)
	}
	pin, err := encoding.DecodeString(parts[1])
	if err != nil || len(pin) != sha256.Size {
		return Token{}, fmt.Errorf("%w: its second part, the authority's hash, is damaged", ErrJoinText)
	}
	secret, err := encoding.DecodeString(parts[2])
	if err != nil || len(secret) != TokenSecretSize {
		return Token{}, fmt.Errorf("%w: its third part, the secret, is damaged", ErrJoinText)
	}
	return Token{Pin: Pin(pin), Secret: parts[2]}, nil
}

// Join is everything a client needs: a token and the coordinator's addresses, tried in turn.
type Join struct {
	Token Token
	Addrs []string
}

// String returns token@addr,addr.
func (j Join) String() string { return j.Token.String() + "@" + strings.Join(j.Addrs, ",") }

// Parse reads what String wrote; space around it (a file's last newline) is ignored.
func Parse(text string) (Join, error) {
	token, addrs, ok := strings.Cut(strings.TrimSpace(text), "@")
	if !ok {
		return Join{}, fmt.Errorf("%w: it has no @ADDRESS part", ErrJoinText)
	}
	t, err := ParseToken(token)
	if err != nil {
		return Join{}, err
	}
	j := Join{Token: t, Addrs: strings.Split(addrs, ",")}
	for _, a := range j.Addrs {
		if err := checkAddr(a); err != nil {
			return Join{}, err
		}
	}
	return j, nil
}
