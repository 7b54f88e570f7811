//go:build !linux

package chaos

import "syscall"

// childAttr does nothing where the kernel can't be asked to kill a child with its parent; the test's end does it.
func childAttr() *syscall.SysProcAttr { return nil }
