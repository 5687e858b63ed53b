//go:build kubelet136

package main

import (
	cliflag "k8s.io/component-base/cli/flag"
	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"
	_ "unsafe"
)

//go:linkname mergeKubeletConfigurations k8s.io/kubernetes/cmd/kubelet/app.mergeKubeletConfigurations
func mergeKubeletConfigurations(kc *kubeletconfig.KubeletConfiguration, directory string) ([]string, error)

func mergeDropIns(kc *kubeletconfig.KubeletConfiguration, directory string) error {
	_, err := mergeKubeletConfigurations(kc, directory)
	return err
}

func checkCurves(kc *kubeletconfig.KubeletConfiguration) error {
	_, err := cliflag.TLSCurvePreferences(kc.TLSCurvePreferences)
	return err
}
