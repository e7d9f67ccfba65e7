package main

import (
	"os"
	"syscall"
)

// dieWithParent has the kernel end this process when the process that started it ends in any way, kill -9 included,
// so that a test run never leaves a server behind. Only where the starter asks for it.
func dieWithParent() {
	if os.Getenv("CONTROL_PLANE_DIES_WITH_PARENT") == "" {
		return
	}
	parent := os.Getppid()
	_, _, failure := syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL), 0)
	if failure != 0 || os.Getppid() != parent {
		fail("control-plane: the process that started it is gone")
	}
}
