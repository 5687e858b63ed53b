package main

import "encoding/json"

// question is a line of `kubelet-gate lint --batch`.
type question struct {
	ID       string   `json:"id"`
	YAML     string   `json:"yaml"`
	DropIns  []dropIn `json:"dropins"`
	Args     []string `json:"args"`
	NoConfig bool     `json:"noConfig"`
}

type dropIn struct {
	Name string `json:"name"`
	YAML string `json:"yaml"`
}

// answer has the keys of kubelet-gate's answer that are compared. Message is the kubelet's own text of a refusal.
type answer struct {
	ID        string          `json:"id"`
	Accepted  bool            `json:"accepted"`
	Lenient   bool            `json:"lenient"`
	Stage     *string         `json:"stage"`
	About     []string        `json:"about"`
	Message   string          `json:"message,omitempty"`
	Effective json.RawMessage `json:"effective"`
}
