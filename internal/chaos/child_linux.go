package chaos

import "syscall"

// childAttr has the kernel kill a child when the test process dies.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
