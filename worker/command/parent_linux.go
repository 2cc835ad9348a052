package command

import "syscall"

// endWithParent has a program killed when the worker is, be it by SIGKILL.
func endWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }
