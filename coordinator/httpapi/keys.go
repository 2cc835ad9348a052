package httpapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Role is what a request may do. A greater role may do all that a lesser one may.
type Role int

// The roles.
const (
	Nobody  Role = iota
	Read         // look at everything
	Operate      // pause, resume, cancel, retry, extend, too
)

// tokenSize is a token's size in bytes before encoding.
const tokenSize = 20

var encoding = base64.RawURLEncoding.Strict()

// Keys are what lets requests in. They follow from one secret, so that they stay the same over restarts and change with
// it.
type Keys struct {
	tokens [Operate + 1]string
	sums   map[Role][][sha256.Size]byte // what is accepted, hashed
	cookie []byte                       // signs cookies
	name   string                       // of the cookie
}

// NewKeys derives the keys from a secret. Each of also, the join token's secret, operates as well.
func NewKeys(secret []byte, also ...string) *Keys {
	derive := func(label string) []byte {
		m := hmac.New(sha256.New, secret)
		m.Write([]byte("gardner http " + label))
		return m.Sum(nil)
	}
	k := &Keys{sums: map[Role][][sha256.Size]byte{}, cookie: derive("cookie"), name: "gardner-" + hex.EncodeToString(derive("cookie name")[:4])}
	k.tokens[Read] = encoding.EncodeToString(derive("read")[:tokenSize])
	k.tokens[Operate] = encoding.EncodeToString(derive("operate")[:tokenSize])
	for role := Read; role <= Operate; role++ {
		k.sums[role] = append(k.sums[role], sha256.Sum256([]byte(k.tokens[role])))
	}
	for _, t := range also {
		k.sums[Operate] = append(k.sums[Operate], sha256.Sum256([]byte(t)))
	}
	return k
}

// Token returns the token of a role.
func (k *Keys) Token(role Role) string { return k.tokens[role] }

// roleOf returns what a token allows, in time that does not depend on it.
func (k *Keys) roleOf(token string) Role {
	got := sha256.Sum256([]byte(token))
	found := Nobody
	for role := Read; role <= Operate; role++ {
		for _, want := range k.sums[role] {
			if subtle.ConstantTimeCompare(got[:], want[:]) == 1 {
				found = role
			}
		}
	}
	return found
}

// cookieLife is how long a page stays open without its token.
const cookieLife = 7 * 24 * time.Hour

// pass makes a cookie's value: role, end of its validity, signature.
func (k *Keys) pass(role Role, now time.Time) string {
	text := fmt.Sprintf("%d.%d", role, now.Add(cookieLife).Unix())
	return text + "." + encoding.EncodeToString(k.sign(text))
}

// passRole returns what a cookie's value allows.
func (k *Keys) passRole(value string, now time.Time) Role {
	at := strings.LastIndexByte(value, '.')
	if at < 0 {
		return Nobody
	}
	signature, err := encoding.DecodeString(value[at+1:])
	if err != nil || !hmac.Equal(signature, k.sign(value[:at])) {
		return Nobody
	}
	var role Role
	var until int64
	if n, err := fmt.Sscanf(value[:at], "%d.%d", &role, &until); n != 2 || err != nil || now.Unix() >= until || role < Read || role > Operate {
		return Nobody
	}
	return role
}

func (k *Keys) sign(text string) []byte {
	m := hmac.New(sha256.New, k.cookie)
	m.Write([]byte(text))
	return m.Sum(nil)
}
