package main

import (
	"strings"

	"github.com/go-logr/logr"
)

// lenientSink is a log that keeps nothing but whether the kubelet said it fell back to lenient decoding.
type lenientSink struct{ seen *bool }

func (lenientSink) Init(logr.RuntimeInfo)            {}
func (lenientSink) Enabled(int) bool                 { return true }
func (lenientSink) Error(error, string, ...any)      {}
func (s lenientSink) WithValues(...any) logr.LogSink { return s }
func (s lenientSink) WithName(string) logr.LogSink   { return s }
func (s lenientSink) Info(_ int, message string, _ ...any) {
	if strings.HasPrefix(message, "Using lenient decoding") {
		*s.seen = true
	}
}
