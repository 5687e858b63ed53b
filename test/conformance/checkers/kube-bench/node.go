package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// node is what a machine shows an auditor: command lines of what runs, and files.
type node struct {
	ID        string   `json:"id"`
	Processes []string `json:"processes"`
	Files     []file   `json:"files"`
}

// file has an absolute path on the node, permission bits as octal digits and an owner as `user:group`.
type file struct {
	Path  string `json:"path"`
	Text  string `json:"text"`
	Mode  string `json:"mode"`
	Owner string `json:"owner"`
}

// The two programs audits ask of a machine. ps shows the node's processes, of one name with -C as the real one does; stat
// tells recorded owners, so that nobody has to be root to lay out a node, and leaves the rest to the real one.
const (
	psProgram = `#!/bin/sh
case $1 in *C) wanted=$2 ;; *) wanted= ;; esac
found=1
echo 'UID          PID    PPID  C STIME TTY          TIME CMD'
while IFS= read -r line; do
  name=${line%% *}
  if [ -z "$wanted" ] || [ "${name##*/}" = "$wanted" ]; then
    echo "root         812       1  1 09:12 ?        00:00:09 $line"
    found=0
  fi
done <"$NODE_ROOT/.processes"
exit $found
`
	statProgram = `#!/bin/sh
case $2 in
  *%U:%G*)
    while read -r owner path; do
      if [ "$path" = "$3" ]; then echo "$owner"; fi
    done <"$NODE_ROOT/.owners" ;;
  *) command -p stat "$@" ;;
esac
`
)

// layOut writes the node below a new folder of scratch and lets the audits of this process see it.
func (n node) layOut(scratch string) (string, error) {
	root, err := os.MkdirTemp(scratch, "node")
	if err != nil {
		return "", err
	}
	owners := ""
	for _, f := range n.Files {
		path := filepath.Join(root, f.Path)
		if err := writeFile(path, f.Text, f.Mode); err != nil {
			return "", err
		}
		owners += f.Owner + " " + path + "\n"
	}
	// Audits follow paths of flags: those of the node, never those of this machine.
	processes := strings.ReplaceAll(strings.Join(n.Processes, "\n"), "=/", "="+root+"/")
	own := []file{
		{Path: ".processes", Text: processes + "\n", Mode: "0600"},
		{Path: ".owners", Text: owners, Mode: "0600"},
		{Path: ".bin/ps", Text: psProgram, Mode: "0700"},
		{Path: ".bin/stat", Text: statProgram, Mode: "0700"},
	}
	for _, f := range own {
		if err := writeFile(filepath.Join(root, f.Path), f.Text, f.Mode); err != nil {
			return "", err
		}
	}
	return root, show(root)
}

// realPath is the search path this program was started with.
var realPath = os.Getenv("PATH")

func show(root string) error {
	if err := os.Setenv("NODE_ROOT", root); err != nil {
		return err
	}
	return os.Setenv("PATH", filepath.Join(root, ".bin")+string(os.PathListSeparator)+realPath)
}

func writeFile(path, text, mode string) error {
	var bits os.FileMode
	if _, err := fmt.Sscanf(mode, "%o", &bits); err != nil {
		return fmt.Errorf("mode %q of %s: %w", mode, path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Chmod(path, bits)
}

// runs tells whether a program is among the node's processes.
func (n node) runs(program string) bool {
	for _, line := range n.Processes {
		if filepath.Base(strings.Fields(line)[0]) == program {
			return true
		}
	}
	return false
}
