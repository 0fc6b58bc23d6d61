package bus

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// Embedded is a NATS server in this process.
type Embedded struct {
	server *server.Server
	secret string
	// gate is the connection that answers strangers.
	gate *nats.Conn
}

// The users of the embedded server. Anyone on the machine may subscribe to
// texts and events; whoever can read the secret beside the data may do all.
const (
	ownUser    = "fonds"
	publicUser = "public"
	secretFile = "nats.secret"
	// secretBytes is the length of the secret before it is written in hex.
	secretBytes = 24
	// ownInbox is where answers to the own user come: on an external server with
	// one account others may subscribe to every ordinary inbox, and would read jobs
	// and dead letters there.
	ownInbox = "_FONDS_INBOX"
)

// Embed starts a NATS server with JetStream in a folder. listen is the address
// for others; "" for none: then only this process reaches it.
//
// Every acknowledged publish is on the disk (sync always). Nothing would be lost
// without it, since the reconciler publishes again what has no outcome, but a
// page would be read twice after a power cut; the price is under a millisecond
// a message, against a second and more for a page.
func Embed(folder, listen string) (*Embedded, error) {
	secret, err := ensureSecret(folder)
	if err != nil {
		return nil, err
	}
	options := &server.Options{
		ServerName: "fonds", JetStream: true, StoreDir: filepath.Join(folder, "jetstream"),
		SyncAlways: true, NoSigs: true, NoLog: true, DontListen: listen == "",
		JetStreamMaxStore: storeAtMost,
	}
	config, err := accounts(secret)
	if err == nil {
		err = options.ProcessConfigString(config)
	}
	if err != nil {
		return nil, fmt.Errorf("accounts of the embedded NATS: %w", err)
	}
	if listen != "" {
		if options.Host, options.Port, err = hostPort(listen); err != nil {
			return nil, err
		}
	}
	return start(options, secret)
}

func hostPort(address string) (string, int, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, fmt.Errorf("NATS address %q: %w", address, err)
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return "", 0, fmt.Errorf("NATS address %q: the port is not a number up to 65535", address)
	}
	if number == 0 {
		return host, server.RANDOM_PORT, nil
	}
	return host, int(number), nil
}

func start(options *server.Options, secret string) (*Embedded, error) {
	srv, err := server.NewServer(options)
	if err != nil {
		return nil, fmt.Errorf("embedded NATS: %w", err)
	}
	srv.Start()
	if !srv.ReadyForConnections(20 * time.Second) {
		srv.Shutdown()
		return nil, fmt.Errorf("embedded NATS did not start: is %s:%d free, and %s writable by no other process?", options.Host, options.Port, options.StoreDir)
	}
	if config := srv.JetStreamConfig(); config == nil || !config.SyncAlways {
		srv.Shutdown()
		return nil, errors.New("embedded NATS does not sync each message to the disk")
	}
	e := &Embedded{server: srv, secret: secret}
	if err := e.openGate(); err != nil {
		srv.Shutdown()
		return nil, err
	}
	return e, nil
}

// ensureSecret reads the password of the own user, or makes one on first start.
func ensureSecret(folder string) (string, error) {
	secret, err := readSecret(folder)
	if err == nil || !errors.Is(err, os.ErrNotExist) {
		return secret, err
	}
	raw := make([]byte, secretBytes)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("make NATS secret: %w", err)
	}
	secret = hex.EncodeToString(raw)
	if err := writeSecret(folder, secret); err != nil {
		return "", fmt.Errorf("write NATS secret: %w", err)
	}
	return secret, nil
}

// readSecret reads the secret of a folder. A short one is refused: with an empty
// one anybody would be the own user.
func readSecret(folder string) (string, error) {
	b, err := os.ReadFile(filepath.Join(folder, secretFile))
	if err != nil {
		return "", fmt.Errorf("read NATS secret: %w", err)
	}
	secret := strings.TrimSpace(string(b))
	if len(secret) < hex.EncodedLen(secretBytes) {
		return "", fmt.Errorf("read NATS secret: %s is too short: delete it, and a new one is made", filepath.Join(folder, secretFile))
	}
	return secret, nil
}

// writeSecret writes the whole secret or nothing. CreateTemp lets nobody else read it.
func writeSecret(folder, secret string) error {
	f, err := os.CreateTemp(folder, secretFile+"-")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(secret + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), filepath.Join(folder, secretFile))
}

func ownOptions(secret string) []nats.Option {
	return []nats.Option{nats.UserInfo(ownUser, secret), nats.CustomInboxPrefix(ownInbox)}
}

// Options connect to the embedded server without the network.
func (e *Embedded) Options() []nats.Option {
	return append(ownOptions(e.secret), nats.InProcessServer(e.server))
}

// URL is where others reach the server; empty when it does not listen.
func (e *Embedded) URL() string { return e.server.ClientURL() }

// Close stops the server and waits until it has written what it must.
func (e *Embedded) Close() {
	e.gate.Close()
	e.server.Shutdown()
	e.server.WaitForShutdown()
}

// SecretOptions are the options for another process on the machine that may read
// the data folder. The secret goes to a server on this machine only: --nats may
// name any. A folder without one, as with an external server, changes nothing;
// one that cannot be used fails the connection.
func SecretOptions(folder string) []nats.Option {
	return []nats.Option{func(o *nats.Options) error {
		if !allLoopback(o.Servers) {
			return nil
		}
		secret, err := readSecret(folder)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", errSecret, err)
		}
		for _, option := range ownOptions(secret) {
			if err := option(o); err != nil {
				return err
			}
		}
		return nil
	}}
}

// errSecret marks an error that no further attempt to connect mends.
var errSecret = errors.New("no way to say who this is")

func allLoopback(servers []string) bool {
	for _, s := range servers {
		if !strings.Contains(s, "://") {
			s = "nats://" + s
		}
		u, err := url.Parse(s)
		if err != nil {
			return false
		}
		if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return false
		}
	}
	return len(servers) > 0
}
