package engine

import (
	"log/slog"
	"os"
	"time"
)

// Config says how children are run. The zero value of each field but Path is
// usable and means the default that stands beside it.
type Config struct {
	// Path of the child's program.
	Path string
	// Args for every child.
	Args []string
	// DescribeArgs are added when a child is started by Describe.
	DescribeArgs []string
	// Env are further NAME=value pairs. Children get no other environment than
	// these, PATH, TESSDATA_PREFIX, one OpenMP thread and settings of malloc.
	Env []string
	// Children is how many run at once; default 1.
	Children int
	// Deadline of one request, after which the child is killed; default 120 s.
	Deadline time.Duration
	// StartDeadline bounds the wait for a child's first frame; default 10 s.
	StartDeadline time.Duration
	// Pages after which a child is replaced; default 100. A child starts at
	// about 85 MB with a page of A4; what it leaves behind grows with the pages.
	Pages int
	// Memory in bytes of peak resident size after which a child is replaced;
	// default 600 MB. The hard limit is the child's own, set by its arguments.
	Memory uint64
	// StartAttempts bounds how often one call tries to start a child; default 5,
	// with pauses of 50 ms doubling to 800 ms: 0.75 s of pauses in all.
	StartAttempts int
	// Log takes what is worth knowing; default: nothing is logged.
	Log *slog.Logger
}

const (
	defaultDeadline      = 120 * time.Second
	defaultStartDeadline = 10 * time.Second
	defaultPages         = 100
	defaultMemory        = 600 << 20
	defaultStartAttempts = 5
	firstPause           = 50 * time.Millisecond
)

// withDefaults fills what was left zero.
func (c Config) withDefaults() Config {
	c.Children = max(c.Children, 1)
	if c.Deadline <= 0 {
		c.Deadline = defaultDeadline
	}
	if c.StartDeadline <= 0 {
		c.StartDeadline = defaultStartDeadline
	}
	if c.Pages <= 0 {
		c.Pages = defaultPages
	}
	if c.Memory == 0 {
		c.Memory = defaultMemory
	}
	if c.StartAttempts <= 0 {
		c.StartAttempts = defaultStartAttempts
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// environment is all that a child sees of ours. One thread a child: two made a
// page cost three times the CPU. Two malloc arenas: more only hold memory. Blocks
// of 1 MB and more go back to the system when freed: with malloc's own moving
// threshold a child that read 98 mixed images peaked at 386 MB or more, with
// this at 253 MB.
func (c Config) environment() []string {
	env := []string{"OMP_THREAD_LIMIT=1", "MALLOC_ARENA_MAX=2", "MALLOC_MMAP_THRESHOLD_=1048576", "LC_ALL=C.UTF-8"}
	for _, name := range []string{"PATH", "TESSDATA_PREFIX"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return append(env, c.Env...)
}
