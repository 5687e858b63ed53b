// Command kube-bench judges nodes that exist only as files: it runs kube-bench's own evaluator over a benchmark of
// kube-bench, where the audits see the process table, the file modes and the owners of a node it is given.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aquasecurity/kube-bench/check"
)

// answer is kube-bench's verdict on every item of the benchmark for one node.
type answer struct {
	ID    string             `json:"id"`
	Items map[string]verdict `json:"items"`
}

type verdict struct {
	State  check.State `json:"state"`
	Actual string      `json:"actual"`
	Reason string      `json:"reason,omitempty"`
}

func main() {
	cfg := flag.String("cfg", "", "kube-bench's folder of benchmarks, with config.yaml")
	benchmark := flag.String("benchmark", "", "the node.yaml to judge by")
	flag.Parse()
	if err := judgeAll(*cfg, *benchmark); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// judgeAll answers each line of standard input, a node as JSON, with a line on standard output.
func judgeAll(cfg, benchmark string) error {
	places, err := readPlaces(filepath.Join(cfg, "config.yaml"))
	if err != nil {
		return err
	}
	definition, err := os.ReadFile(benchmark)
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "kube-bench-nodes")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for {
		line, readErr := lines.ReadBytes('\n')
		if len(strings.TrimSpace(string(line))) > 0 {
			var n node
			if err := json.Unmarshal(line, &n); err != nil {
				return err
			}
			judged, err := judge(n, places, string(definition), scratch)
			if err != nil {
				return fmt.Errorf("%s: %w", n.ID, err)
			}
			if err := out.Encode(judged); err != nil {
				return err
			}
		}
		if readErr != nil {
			return nil
		}
	}
}

// judge runs every check of a benchmark over one node, laid out below scratch and removed again.
func judge(n node, places places, definition, scratch string) (answer, error) {
	root, err := n.layOut(scratch)
	if err != nil {
		return answer{}, err
	}
	defer os.RemoveAll(root)
	// An audit names ps by its path on the machine; the node's own is the first on the search path.
	text := strings.ReplaceAll(places.substitute(definition, n, root), "/bin/ps ", "ps ")
	controls, err := check.NewControls(check.NODE, []byte(text), "")
	if err != nil {
		return answer{}, err
	}
	controls.RunChecks(check.NewRunner(), func(*check.Group, *check.Check) bool { return true }, nil)
	items := map[string]verdict{}
	for _, group := range controls.Groups {
		for _, one := range group.Checks {
			items[one.ID] = verdict{one.State, one.ActualValue, strings.ReplaceAll(one.Reason, root, "")}
		}
	}
	return answer{n.ID, items}, nil
}
