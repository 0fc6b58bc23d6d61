// Command fonds is the whole product in one program: `fonds serve` runs every
// role, all other verbs are clients of a server.
//
// The clients speak gRPC and nothing else: they never open the data folder of a
// server, never connect to its NATS, and decide nothing that the server should
// decide. Only serve and fsck wire the roles together.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second Ctrl-C ends the program at once, whatever it is doing.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
