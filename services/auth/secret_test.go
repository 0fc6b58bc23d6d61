package auth

import (
	"slices"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

func TestTypingErrorsAreTold(t *testing.T) {
	o := open(t)
	_, secrets := o.add("Anna", catalog.Reads)
	token := secrets.Token
	if len(token) != 54 {
		t.Errorf("the token has %d characters", len(token))
	}
	var wrong []string
	for i := range token {
		replaced := byte('x')
		if token[i] == replaced {
			replaced = 'y'
		}
		wrong = append(wrong, token[:i]+string(replaced)+token[i+1:], token[:i]+token[i+1:], token[:i]+"-"+token[i:])
		if i+1 < len(token) && token[i] != token[i+1] {
			wrong = append(wrong, token[:i]+string(token[i+1])+string(token[i])+token[i+2:])
		}
	}
	wrong = append(wrong, token[:30]+"\r\n"+token[32:], token+"=", " "+token, strings.ToLower(token), strings.Repeat(token, 1000))
	for _, w := range wrong {
		_, err := o.Authenticate(o.ctx(), w)
		wantReason(t, err, catalog.Unauthenticated, ReasonSecretMistyped, w)
	}
	unknown, _, err := newSecret(o.entropy, catalog.BearerToken)
	if err != nil {
		t.Fatal(err)
	}
	_, err = o.Authenticate(o.ctx(), unknown)
	wantReason(t, err, catalog.Unauthenticated, catalog.ReasonUnauthenticated, unknown)
}

// FuzzAuthenticate gives outside bytes in place of each kind of secret: what was not
// issued lets nobody in, and no error says it back.
func FuzzAuthenticate(f *testing.F) {
	o := open(f)
	_, secrets := o.add("Anna", catalog.Reads)
	_, session, err := o.OpenLink(o.ctx(), secrets.Link)
	if err != nil {
		f.Fatal(err)
	}
	good := []string{secrets.Token, session}
	other, _, err := newSecret(o.entropy, catalog.BearerToken)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"", "fonds_", other, secrets.Token, session, secrets.Link, secrets.Token[:53] + "\n", "fonds_" + strings.Repeat("A", 48), "\xff\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if slices.Contains(good, s) {
			return
		}
		_, byToken := o.Authenticate(t.Context(), s)
		_, bySession := o.AuthenticateSession(t.Context(), s)
		_, _, byLink := o.OpenLink(t.Context(), s)
		for _, err := range []error{byToken, bySession, byLink} {
			if !hasCode(err, catalog.Unauthenticated) {
				t.Fatalf("%q: %v", s, err)
			}
			if len(s) > 20 && strings.Contains(err.Error(), s) {
				t.Fatalf("the error says %q back", s)
			}
		}
	})
}

func FuzzDisplayName(f *testing.F) {
	for _, seed := range []string{"Anna", " Zoe\u0308  B", "\u202e", "", "ﬁ", "\u1100\u1161", strings.Repeat("\u0958", 100)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := displayName("display_name", s)
		if err != nil {
			wantReason(t, err, catalog.Invalid, catalog.ReasonInvalidArgument)
			return
		}
		again, err := displayName("display_name", name)
		if err != nil || again != name {
			t.Fatalf("%q becomes %q and then %q, %v", s, name, again, err)
		}
	})
}

func BenchmarkAuthenticate(b *testing.B) {
	o := open(b)
	_, secrets := o.add("Anna", catalog.Reads)
	for i := range 200 {
		o.add("user "+string(rune('A'+i%26))+strings.Repeat("i", i/26+1), catalog.Reads)
	}
	for b.Loop() {
		if _, err := o.Authenticate(b.Context(), secrets.Token); err != nil {
			b.Fatal(err)
		}
	}
}
