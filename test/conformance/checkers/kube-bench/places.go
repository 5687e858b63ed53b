package main

import (
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v2"
)

// places is the part `node` of kube-bench's config.yaml: where each component's programs and files may be. kube-bench
// itself takes the first that exists, else the default.
type places map[string]component

type component struct {
	Bins              []string `yaml:"bins"`
	Confs             []string `yaml:"confs"`
	DefaultConf       string   `yaml:"defaultconf"`
	Svc               []string `yaml:"svc"`
	DefaultSvc        string   `yaml:"defaultsvc"`
	Kubeconfig        []string `yaml:"kubeconfig"`
	DefaultKubeconfig string   `yaml:"defaultkubeconfig"`
	CAFile            []string `yaml:"cafile"`
	DefaultCAFile     string   `yaml:"defaultcafile"`
}

// readPlaces reads the components that a node has.
func readPlaces(path string) (places, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var config struct {
		Node yaml.MapSlice `yaml:"node"`
	}
	if err := yaml.Unmarshal(text, &config); err != nil {
		return nil, err
	}
	found := places{}
	for _, entry := range config.Node {
		name, _ := entry.Key.(string)
		if name == "components" {
			continue
		}
		body, err := yaml.Marshal(entry.Value)
		if err != nil {
			return nil, err
		}
		var one component
		if err := yaml.Unmarshal(body, &one); err != nil {
			return nil, err
		}
		found[name] = one
	}
	return found, nil
}

// substitute puts the programs and files of a node in place of $kubeletconf, $proxybin and their like.
func (all places) substitute(definition string, n node, root string) string {
	var pairs []string
	for name, one := range all {
		variable := "$" + name
		pairs = append(pairs,
			variable+"bin", one.program(name, n),
			variable+"conf", firstOf(root, name, one.Confs, one.DefaultConf),
			variable+"svc", firstOf(root, name, one.Svc, one.DefaultSvc),
			variable+"kubeconfig", firstOf(root, name, one.Kubeconfig, one.DefaultKubeconfig),
			variable+"cafile", firstOf(root, name, one.CAFile, one.DefaultCAFile),
		)
	}
	return strings.NewReplacer(pairs...).Replace(definition)
}

func (one component) program(name string, n node) string {
	for _, candidate := range one.Bins {
		if n.runs(candidate) {
			return candidate
		}
	}
	return name
}

func firstOf(root, name string, candidates []string, fallback string) string {
	for _, candidate := range candidates {
		if _, err := os.Stat(filepath.Join(root, candidate)); err == nil {
			return filepath.Join(root, candidate)
		}
	}
	if fallback == "" {
		return name
	}
	return filepath.Join(root, fallback)
}
