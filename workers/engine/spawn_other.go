//go:build !linux

package engine

import (
	"os/exec"
	"syscall"
)

// spawner starts processes. Here a child learns of our death by the end of its
// input alone.
type spawner struct{}

func newSpawner() *spawner { return &spawner{} }

func (s *spawner) start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd.Start()
}

func (s *spawner) close() {}

// killGroup kills a child and whatever it started.
func killGroup(pid int) {
	// An error means that the group is gone, which is what is wanted.
	_ = syscall.Kill(-pid, syscall.SIGKILL)
}
