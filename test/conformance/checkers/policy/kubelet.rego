# CIS 4.2 of a kubelet's configuration file the way teams write it for conftest: the key is there and has the wanted
# value. A policy sees one document; it cannot know what an absent key means, nor flags, drop-ins and file modes.
package main

kubelet if input.kind == "KubeletConfiguration"

strong := {
	"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
	"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
	"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
	"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
	"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
	"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
}

deny contains "4.2.1 authentication.anonymous.enabled is not false" if {
	kubelet
	not input.authentication.anonymous.enabled == false
}

deny contains "4.2.2 authorization.mode is not Webhook" if {
	kubelet
	not input.authorization.mode == "Webhook"
}

deny contains "4.2.3 authentication.x509.clientCAFile is not set" if {
	kubelet
	not input.authentication.x509.clientCAFile
}

deny contains "4.2.4 readOnlyPort is not 0" if {
	kubelet
	not input.readOnlyPort == 0
}

deny contains "4.2.5 streamingConnectionIdleTimeout is 0" if {
	kubelet
	input.streamingConnectionIdleTimeout in {0, "0", "0s"}
}

deny contains "4.2.6 makeIPTablesUtilChains is not true" if {
	kubelet
	not input.makeIPTablesUtilChains == true
}

deny contains "4.2.8 eventRecordQPS is not above 0" if {
	kubelet
	not input.eventRecordQPS > 0
}

deny contains "4.2.9 tlsCertFile and tlsPrivateKeyFile are not both set" if {
	kubelet
	not files
}

files if {
	input.tlsCertFile
	input.tlsPrivateKeyFile
}

deny contains "4.2.10 rotateCertificates is not true" if {
	kubelet
	not input.rotateCertificates == true
}

deny contains "4.2.11 featureGates.RotateKubeletServerCertificate is not true" if {
	kubelet
	not input.featureGates.RotateKubeletServerCertificate == true
}

deny contains "4.2.12 tlsCipherSuites is not set" if {
	kubelet
	not input.tlsCipherSuites
}

deny contains sprintf("4.2.12 tlsCipherSuites has %s", [suite]) if {
	kubelet
	some suite in input.tlsCipherSuites
	not suite in strong
}

deny contains "4.2.13 podPidsLimit is not set" if {
	kubelet
	not input.podPidsLimit
}

deny contains "4.2.14 seccompDefault is not true" if {
	kubelet
	not input.seccompDefault == true
}
