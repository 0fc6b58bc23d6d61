package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// process is what the kernel tells about one.
type process struct {
	pid, parent int
	name        string // the first 15 bytes of the program's name
	cpu         time.Duration
	reaped      time.Duration // CPU of children that have ended and were waited for
}

// tick is the unit of CPU time in /proc/PID/stat: USER_HZ, 100 on every Linux
// that Go runs on.
const tick = 10 * time.Millisecond

// readProcess reads /proc/PID/stat.
func readProcess(pid int) (process, error) {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return process{}, fmt.Errorf("look at process %d: %w", pid, err)
	}
	// The name stands in brackets and may hold any character.
	before, after, ok := cutLast(string(b), ") ")
	_, name, open := strings.Cut(before, "(")
	fields := strings.Fields(after)
	if !ok || !open || len(fields) < 15 {
		return process{}, fmt.Errorf("look at process %d: unknown form of stat", pid)
	}
	number := func(n int) int { // as numbered in proc(5), from 1; fields begin with the third
		v, _ := strconv.Atoi(fields[n-3])
		return v
	}
	ticks := func(n int) time.Duration { return time.Duration(number(n)) * tick }
	return process{
		pid: pid, parent: number(4), name: name,
		cpu: ticks(14) + ticks(15), reaped: ticks(16) + ticks(17),
	}, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// childrenOf lists the direct children of a process that run a program.
func childrenOf(parent int, program string) []process {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	name := filepath.Base(program)
	name = name[:min(len(name), 15)]
	var found []process
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		p, err := readProcess(pid)
		if err == nil && p.parent == parent && p.name == name {
			found = append(found, p)
		}
	}
	return found
}

// peakMemory is the most resident memory of a process so far, in bytes; 0 when
// it is gone.
func peakMemory(pid int) uint64 { return memory(pid, "VmHWM:") }

// residentMemory is what a process has in memory now, in bytes; 0 when it is gone.
func residentMemory(pid int) uint64 { return memory(pid, "VmRSS:") }

// memory reads a figure of /proc/PID/status.
func memory(pid int, figure string) uint64 {
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, figure); ok {
			kib, _ := strconv.ParseUint(strings.Fields(value)[0], 10, 64)
			return kib << 10
		}
	}
	return 0
}

// cost is what a round took on the side of the server.
type cost struct {
	server, engine, others time.Duration // others: poppler's programs
	serverPeak, childPeak  uint64        // bytes
}

// meter follows the engine children of a server, which may come and go.
type meter struct {
	server  process
	program string
	before  map[int]time.Duration // CPU of children when the meter was started
	last    map[int]time.Duration // CPU when last seen
	peak    uint64
	stop    context.CancelFunc
	ended   chan struct{}
}

// sampleEvery bounds what is missed of a child that ends; a look takes 2 ms of CPU.
const sampleEvery = 500 * time.Millisecond

// startMeter follows a server until cost is called.
func startMeter(ctx context.Context, server int, program string) (*meter, error) {
	p, err := readProcess(server)
	if err != nil {
		return nil, err
	}
	m := &meter{server: p, program: program, before: map[int]time.Duration{}, last: map[int]time.Duration{}, ended: make(chan struct{})}
	for _, c := range childrenOf(server, program) {
		m.before[c.pid], m.last[c.pid] = c.cpu, c.cpu
	}
	ctx, m.stop = context.WithCancel(ctx)
	go func() {
		defer close(m.ended)
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(sampleEvery):
				m.sample()
			}
		}
	}()
	return m, nil
}

func (m *meter) sample() []process {
	children := childrenOf(m.server.pid, m.program)
	for _, c := range children {
		m.last[c.pid] = c.cpu
		m.peak = max(m.peak, peakMemory(c.pid))
	}
	return children
}

// cost ends the meter and tells what was spent since its start. A child that
// ended is in the server's account of reaped children, as poppler's programs are;
// it is taken out of there by what was last seen of it.
func (m *meter) cost() (cost, error) {
	m.stop()
	<-m.ended
	alive := map[int]bool{}
	for _, c := range m.sample() {
		alive[c.pid] = true
	}
	after, err := readProcess(m.server.pid)
	if err != nil {
		return cost{}, err
	}
	c := cost{
		server: after.cpu - m.server.cpu, others: after.reaped - m.server.reaped,
		serverPeak: peakMemory(m.server.pid), childPeak: m.peak,
	}
	for pid, cpu := range m.last {
		c.engine += cpu - m.before[pid]
		if !alive[pid] {
			c.others -= cpu
		}
	}
	c.others = max(c.others, 0)
	return c, nil
}
