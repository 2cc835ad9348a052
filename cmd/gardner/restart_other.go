//go:build !unix

package main

import "errors"

// restart would replace this process; here its supervisor must.
func restart() error { return errors.New("this worker must be started again") }
