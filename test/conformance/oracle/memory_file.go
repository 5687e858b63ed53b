package main

import utilfs "k8s.io/kubernetes/pkg/util/filesystem"

// memoryFile is a file system in which every path is the same file: the loader of --config reads from it, so that a
// case needs no disk and relative paths resolve against a directory of our choice.
type memoryFile struct {
	utilfs.DefaultFs
	data []byte
}

func (f *memoryFile) ReadFile(string) ([]byte, error) { return f.data, nil }
