package main

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/web"
)

// tilesFolder holds pages cut into tiles; it may be deleted at any time.
const tilesFolder = "tiles"

// cookieTime is how long a browser keeps a session's cookie. The session ends earlier
// where it is not used.
const cookieTime = 7 * 24 * time.Hour

// reviewPage is the page on which people correct and sign. It asks this process's own
// gRPC server in their names, so that it can do nothing that the contract forbids.
func (n *node) reviewPage() (http.Handler, error) {
	conn, err := grpc.NewClient(n.grpcAddress,
		grpc.WithTransportCredentials(insecure.NewCredentials()), // loopback, within the process
		grpc.WithUserAgent("fonds-web/"+version()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxAnswer)),
	)
	if err != nil {
		return nil, fmt.Errorf("connect the review page: %w", err)
	}
	n.onClose(func() { _ = conn.Close() })
	page, err := web.New(web.Config{
		Conn: conn, Sessions: sessions{n.accounts, n.limiter},
		PublicURL: n.options.publicURL, Cache: filepath.Join(n.options.data, tilesFolder), Log: n.log.With("role", "web"),
	})
	if err != nil {
		return nil, err
	}
	n.onForget(func(_, scans []string) { page.Forget(scans) })
	return page, nil
}

// sessions lets browsers in.
type sessions struct {
	accounts *auth.Accounts
	limiter  *auth.Limiter
}

// OpenLink uses a link up, unless too many have failed from the address.
func (s sessions) OpenLink(ctx context.Context, secret, remote string) (session string, expires time.Time, err error) {
	err = s.limiter.Attempt(remote, secret, func() error {
		var err error
		_, session, err = s.accounts.OpenLink(ctx, secret)
		return err
	})
	return session, time.Now().Add(cookieTime), err
}

// EndSession makes a session void.
func (s sessions) EndSession(ctx context.Context, session string) error {
	return s.accounts.EndSession(ctx, session)
}
