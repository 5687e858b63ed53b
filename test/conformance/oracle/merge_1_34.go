//go:build kubelet134

package main

import (
	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"
	_ "unsafe"
)

//go:linkname mergeKubeletConfigurations k8s.io/kubernetes/cmd/kubelet/app.mergeKubeletConfigurations
func mergeKubeletConfigurations(kc *kubeletconfig.KubeletConfiguration, directory string) error

func mergeDropIns(kc *kubeletconfig.KubeletConfiguration, directory string) error {
	return mergeKubeletConfigurations(kc, directory)
}

// checkCurves has nothing to check: 1.34 knows no curve preferences.
func checkCurves(*kubeletconfig.KubeletConfiguration) error { return nil }
