//go:build !amd64

package linalg

func detectPath() Path { return Plain }
