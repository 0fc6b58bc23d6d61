package engine

import (
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// spawner starts processes from one operating-system thread that lives as long
// as the spawner: the kernel sends a child's death signal when the thread that
// forked it ends, and Go ends threads when it likes unless a goroutine holds on
// to one.
type spawner struct {
	calls chan func()
	done  sync.WaitGroup
}

func newSpawner() *spawner {
	s := &spawner{calls: make(chan func())}
	s.done.Go(func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for call := range s.calls {
			call()
		}
	})
	return s
}

// start starts cmd in a process group of its own that dies with this process.
func (s *spawner) start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	result := make(chan error, 1)
	s.calls <- func() { result <- cmd.Start() }
	return <-result
}

// close ends the thread; no child may be left.
func (s *spawner) close() {
	close(s.calls)
	s.done.Wait()
}

// killGroup kills a child and whatever it started.
func killGroup(pid int) {
	// An error means that the group is gone, which is what is wanted.
	_ = syscall.Kill(-pid, syscall.SIGKILL)
}
