//go:build unix && !linux

package command

import "syscall"

// endWithParent does nothing: a program whose worker was killed runs to its end here.
func endWithParent(*syscall.SysProcAttr) {}
