// Command oracle answers lines of `kubelet-gate lint --batch` by the loading code of a real kubelet: the same flags,
// codecs, defaulting, drop-in merge, feature gates, validation and start-time checks, called in the kubelet's order.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"

	"k8s.io/klog/v2"
)

// scratch holds the drop-in directory of the case at hand.
var scratch string

func main() {
	var err error
	if scratch, err = os.MkdirTemp("", "kubelet-oracle"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := answerAll()
	os.RemoveAll(scratch)
	os.Exit(code)
}

func answerAll() int {
	assumeCgroup2()
	klog.LogToStderr(false)
	klog.SetLogger(klog.New(nil))
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for {
		line, readErr := lines.ReadBytes('\n')
		if len(strings.TrimSpace(string(line))) > 0 {
			var q question
			if err := json.Unmarshal(line, &q); err != nil {
				fmt.Fprintln(os.Stderr, err)
				return 2
			}
			if err := out.Encode(load(q)); err != nil {
				return 1
			}
		}
		if readErr != nil {
			return 0
		}
	}
}

var firstWord = regexp.MustCompile(`^[A-Za-z][\w.[\]-]*`)

// subjects names each error by the first word of its message, each once, in order; only the stages after decoding name fields that way.
func subjects(stage string, errs []error) ([]string, string) {
	about := []string{}
	messages := make([]string, 0, len(errs))
	seen := map[string]bool{}
	for _, err := range errs {
		messages = append(messages, err.Error())
		if stage != "logging" && stage != "validation" && stage != "startup" {
			continue
		}
		word := firstWord.FindString(strings.TrimPrefix(err.Error(), "invalid configuration: "))
		if word == "" {
			word = "invalid"
		}
		if !seen[word] {
			seen[word] = true
			about = append(about, word)
		}
	}
	return about, strings.Join(messages, "\n")
}
