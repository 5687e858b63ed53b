package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	_ "unsafe"

	"github.com/go-logr/logr"
	"github.com/spf13/pflag"
	v1 "k8s.io/api/core/v1"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	cliflag "k8s.io/component-base/cli/flag"
	logsapi "k8s.io/component-base/logs/api/v1"
	_ "k8s.io/component-base/logs/json/register"
	"k8s.io/klog/v2"
	kubeletv1beta1 "k8s.io/kubelet/config/v1beta1"
	_ "k8s.io/kubernetes/cmd/kubelet/app"
	"k8s.io/kubernetes/cmd/kubelet/app/options"
	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"
	v1beta1conversion "k8s.io/kubernetes/pkg/kubelet/apis/config/v1beta1"
	"k8s.io/kubernetes/pkg/kubelet/apis/config/validation"
	"k8s.io/kubernetes/pkg/kubelet/eviction"
	"k8s.io/kubernetes/pkg/kubelet/kubeletconfig/configfiles"
)

//go:linkname kubeletConfigFlagPrecedence k8s.io/kubernetes/cmd/kubelet/app.kubeletConfigFlagPrecedence
func kubeletConfigFlagPrecedence(kc *kubeletconfig.KubeletConfiguration, args []string) error

//go:linkname newFakeFlagSet k8s.io/kubernetes/cmd/kubelet/app.newFakeFlagSet
func newFakeFlagSet(fs *pflag.FlagSet) *pflag.FlagSet

//go:linkname newFlagSetWithGlobals k8s.io/kubernetes/cmd/kubelet/app.newFlagSetWithGlobals
func newFlagSetWithGlobals() *pflag.FlagSet

//go:linkname parseResourceList k8s.io/kubernetes/cmd/kubelet/app.parseResourceList
func parseResourceList(m map[string]string) (v1.ResourceList, error)

// configPath is where the --config file of every case stands; relative paths in it resolve against its directory.
const configPath = "/var/lib/kubelet/config.yaml"

// pristine are the feature gates before any case has set one.
var pristine = utilfeature.DefaultMutableFeatureGate.DeepCopy()

// load follows NewKubeletCommand's RunE and the start-time checks that depend on configuration alone.
func load(q question) (result answer) {
	result = answer{ID: q.ID, About: []string{}, Effective: json.RawMessage("null")}
	refuse := func(stage string, errs ...error) answer {
		result.Stage = &stage
		result.About, result.Message = subjects(stage, errs)
		return result
	}
	// From 1.32 on, defaulting panics on feature gates it cannot set; flags that were given empty panic when given again.
	panics := "featureGates"
	defer func() {
		if cause := recover(); cause != nil {
			result = refuse(panics, fmt.Errorf("panic: %v", cause))
		}
	}()
	gates := pristine.DeepCopy()
	utilfeature.DefaultMutableFeatureGate = gates
	utilfeature.DefaultFeatureGate = gates

	kubeletFlags := options.NewKubeletFlags()
	kc, err := options.NewKubeletConfiguration()
	if err != nil {
		return refuse("decode", err)
	}
	flags := pflag.NewFlagSet("kubelet", pflag.ContinueOnError)
	flags.SetNormalizeFunc(cliflag.WordSepNormalizeFunc)
	flags.SetOutput(io.Discard)
	kubeletFlags.AddFlags(flags)
	options.AddKubeletConfigFlags(flags, kc)
	options.AddGlobalFlags(flags)
	panics = "flags"
	if err := flags.Parse(q.Args); err != nil {
		return refuse("flags", err)
	}
	panics = "featureGates"
	if rest := flags.Args(); len(rest) > 0 {
		return refuse("flags", fmt.Errorf("unknown command %s", rest[0]))
	}
	if err := gates.SetFromMap(kc.FeatureGates); err != nil {
		return refuse("featureGates", err)
	}
	if err := options.ValidateKubeletFlags(kubeletFlags); err != nil {
		return refuse("flags", err)
	}
	if !q.NoConfig {
		kc, err = loadFile([]byte(q.YAML), &result.Lenient)
		if err != nil {
			return refuse("decode", err)
		}
	}
	if len(q.DropIns) > 0 {
		if err := loadDropIns(kc, q.DropIns); err != nil {
			return refuse("drop-in", err)
		}
	}
	if !q.NoConfig || len(q.DropIns) > 0 {
		if err := parsesAgain(kc, q.Args); err != nil {
			return refuse("flags", err)
		}
		if err := kubeletConfigFlagPrecedence(kc, q.Args); err != nil {
			return refuse("flags", err)
		}
		if err := gates.SetFromMap(kc.FeatureGates); err != nil {
			return refuse("featureGates", err)
		}
	}
	if result.Effective, err = marshal(kc); err != nil {
		return refuse("decode", err)
	}
	if errs := logsapi.Validate(&kc.Logging, gates, field.NewPath("logging")); len(errs) > 0 {
		return refuse("logging", errs.ToAggregate().Errors()...)
	}
	if err := validation.ValidateKubeletConfiguration(kc, gates); err != nil {
		return refuse("validation", flatten(err)...)
	}
	if errs := startupErrors(kc); len(errs) > 0 {
		return refuse("startup", errs...)
	}
	result.Accepted = true
	return result
}

// parsesAgain says what the second parse of kubeletConfigFlagPrecedence would end the process with: its flag set exits
// on errors, and its stand-ins for global flags take the next argument where the real ones need none.
func parsesAgain(kc *kubeletconfig.KubeletConfiguration, args []string) error {
	if len(args) == 0 {
		return nil
	}
	fs := newFakeFlagSet(newFlagSetWithGlobals())
	fs.Init("", pflag.ContinueOnError)
	options.NewKubeletFlags().AddFlags(fs)
	options.AddKubeletConfigFlags(fs, kc.DeepCopy())
	fs.SetOutput(io.Discard)
	return fs.Parse(args)
}

// loadFile is loadConfigFile on a text in memory.
func loadFile(data []byte, lenient *bool) (*kubeletconfig.KubeletConfiguration, error) {
	loader, err := configfiles.NewFsLoader(&memoryFile{data: data}, configPath)
	if err != nil {
		return nil, err
	}
	kc, err := loader.Load(klog.NewContext(context.Background(), logr.New(lenientSink{lenient})))
	if err != nil {
		return nil, err
	}
	if kc.EvictionHard == nil {
		kc.EvictionHard = eviction.DefaultEvictionHard
	} else if kc.MergeDefaultEvictionSettings {
		for signal, threshold := range eviction.DefaultEvictionHard {
			if _, exists := kc.EvictionHard[signal]; !exists {
				kc.EvictionHard[signal] = threshold
			}
		}
	}
	return kc, nil
}

func loadDropIns(kc *kubeletconfig.KubeletConfiguration, dropIns []dropIn) error {
	directory, err := os.MkdirTemp(scratch, "drop-ins")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(directory)
	for _, file := range dropIns {
		path := filepath.Join(directory, file.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			panic(err)
		}
		if err := os.WriteFile(path, []byte(file.YAML), 0o600); err != nil {
			panic(err)
		}
	}
	return mergeDropIns(kc, directory)
}

// marshal gives the configuration as /configz does, without kind and apiVersion.
func marshal(kc *kubeletconfig.KubeletConfiguration) (json.RawMessage, error) {
	versioned := &kubeletv1beta1.KubeletConfiguration{}
	if err := v1beta1conversion.Convert_config_KubeletConfiguration_To_v1beta1_KubeletConfiguration(kc, versioned, nil); err != nil {
		return nil, err
	}
	return json.Marshal(versioned)
}

// startupErrors are the refusals after validation that need no host, each named by the field it is about.
func startupErrors(kc *kubeletconfig.KubeletConfiguration) []error {
	var errs []error
	check := func(subject string, err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", subject, err))
		}
	}
	_, err := cliflag.TLSCipherSuites(kc.TLSCipherSuites)
	check("tlsCipherSuites", err)
	_, err = cliflag.TLSVersion(kc.TLSMinVersion)
	check("tlsMinVersion", err)
	check("tlsCurvePreferences", checkCurves(kc))
	_, err = parseResourceList(kc.KubeReserved)
	check("kubeReserved", err)
	_, err = parseResourceList(kc.SystemReserved)
	check("systemReserved", err)
	_, err = eviction.ParseThresholdConfig(kc.EnforceNodeAllocatable, kc.EvictionHard, kc.EvictionSoft, kc.EvictionSoftGracePeriod, kc.EvictionMinimumReclaim)
	check("eviction", err)
	return errs
}

func flatten(err error) []error {
	if aggregate, ok := err.(utilerrors.Aggregate); ok {
		return utilerrors.Flatten(aggregate).Errors()
	}
	return []error{err}
}
