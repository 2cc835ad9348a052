package main

import (
	"github.com/spf13/pflag"

	"gardner/sweeps"
	"gardner/worker/command"
)

// commandsFlag is --allow-commands, without which the programs of sweeps whose experiment is a command are not run.
type commandsFlag bool

func (c *commandsFlag) flag(f *pflag.FlagSet, usage string) {
	f.BoolVar((*bool)(c), "allow-commands", false, usage)
}

// runner is what runs them; nil: they may not be.
func (c commandsFlag) runner() sweeps.Commands {
	if !c {
		return nil
	}
	return command.Run
}
