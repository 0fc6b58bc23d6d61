package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// availableCores is what nproc prints: the cores that this process may use.
func availableCores() int { return runtime.NumCPU() }

// machine describes in one line what was measured on.
func (b *bench) machine(ctx context.Context) string {
	parts := []string{
		fmt.Sprintf("%d cores", b.cores),
		field("/proc/cpuinfo", "model name"),
		"load " + load(),
		field("/etc/os-release", "PRETTY_NAME"),
		firstLine(ctx, "tesseract", "--version"),
		firstLine(ctx, b.fonds, "version"),
		"data on " + fileSystem(b.work),
		time.Now().UTC().Format("2006-01-02 15:04 MST"),
	}
	return strings.Join(parts, " | ")
}

// field returns the first value of a NAME = VALUE or NAME : VALUE file.
func field(path, name string) string {
	file, err := os.Open(path)
	if err != nil {
		return name + " unknown"
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), name); ok {
			return strings.Trim(rest, " \t=:\"")
		}
	}
	return name + " unknown"
}

func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	one, _, _ := strings.Cut(string(b), " ")
	return one
}

func firstLine(ctx context.Context, program string, args ...string) string {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, args...).Output()
	if err != nil {
		return program + " unknown"
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}

// fileSystem names the kind of disk below a folder: on tmpfs syncing costs nothing.
func fileSystem(folder string) string {
	var s unix.Statfs_t
	if err := unix.Statfs(folder, &s); err != nil {
		return "unknown"
	}
	names := map[int64]string{
		unix.EXT4_SUPER_MAGIC: "ext4", unix.XFS_SUPER_MAGIC: "xfs", unix.BTRFS_SUPER_MAGIC: "btrfs",
		unix.TMPFS_MAGIC: "tmpfs", unix.OVERLAYFS_SUPER_MAGIC: "overlay",
	}
	if name, ok := names[s.Type]; ok {
		return name
	}
	return fmt.Sprintf("file system %#x", s.Type)
}
