# CIS 4.3.1 of a kube-proxy's configuration file.
package main

deny contains "4.3.1 metricsBindAddress is not 127.0.0.1" if {
	input.kind == "KubeProxyConfiguration"
	not startswith(input.metricsBindAddress, "127.0.0.1")
}
