// The modules of a build are named by -modfile, one file per minor: kubelet-1.36.mod, kubelet-1.34.mod.
module kubelet-gate.example/conformance

go 1.24.0
