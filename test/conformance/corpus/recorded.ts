import type { BrokenExpectation } from './judge-broken.ts';
import type { Column } from './judge-change.ts';

/** Misses of real changes that are understood and stay, by case and column, with the reason. */
export const RECORDED_MISSES: Readonly<Record<string, Readonly<Partial<Record<Column, string>>>>> = {
  '001': {
    oracle:
      'The host of the oracle has ip=192.0.2.10; the inventory names an ip in comments only, so ours is the default of the template, 0.0.0.0.',
  },
  '007': {
    controls:
      'The head says AlwaysAllow where a kubeadm of one version is in place, which a task finds out on the node: KG-AUTHZ-01 is undecided, which stops the merge as well.',
  },
  '019': {
    effects:
      'The gate is written for container_manager docker alone; the group_vars and the defaults of the roles say containerd, so no node changes.',
    oracle:
      'The oracle was given container_manager=docker; the group_vars and the defaults of the roles say containerd.',
  },
  '023': {
    oracle:
      'The oracle was given the variables of tests/files/packet_ubuntu20-calico-all-in-one-hardening.yml, which no inventory and no play of the repository reads.',
  },
  '025': {
    controls:
      'Swap may be on, and pods get none of it while memorySwap.swapBehavior is not set (NoSwap acts): KG-CG-07 asks for one of the two.',
  },
  '027': {
    oracle:
      'The oracle was given CLUSTER_DNS_DOMAIN=cluster.local; all three inventories say "cluster.local.", with a dot at the end.',
  },
  '029': {
    oracle:
      'The oracle was given CONTAINER_RUNTIME=containerd and CLUSTER_DNS_DOMAIN=cluster.local; both inventories say docker and "cluster.local.", with a dot at the end.',
  },
  '031': {
    'nothing else':
      'A true finding nobody asked for: the commit writes pid as a number, which kubelets refuse where the reservations are on.',
  },
  '033': {
    controls:
      'protectKernelDefaults without the kernel settings it demands keeps the kubelet from starting (KG-START-06); a rate of 0 events is no limit (KG-START-07).',
    direction:
      'Two of three fields strengthen; eventRecordQPS: 0 lifts the limit, which KG-START-07 counts as weaker (CIS 1.12 asks for a level).',
  },
  '035': {
    direction:
      'Judged by the CIS list of 2020; the baseline follows CIS 1.12, which has no TLS_RSA suites: this change adds four (KG-CERT-06).',
  },
  '041': {
    controls:
      'protectKernelDefaults without the kernel settings it demands keeps the kubelet from starting (KG-START-06); the commit mounts one more file of the host into the API server (KG-HP-01).',
    effects:
      'Judged from the context lines of the diff: the task that empties staticPodPath stands in the base as well, so it is empty on both sides.',
  },
  '047': {
    direction:
      'kubeadm writes cgroupDriver: systemd where nothing is said; this commit says cgroupfs, which KG-CG-02 refuses.',
  },
  '051': {
    oracle:
      'kubelet-config.yaml.j2: its task does not run, the dictionary is empty. config.yaml.j2: the oracle has no active_server; here the last task to write the file, of remaining_nodes.yml, follows first_server.yml, which sets it.',
  },
  '053': {
    controls:
      'The values are flags beside the configuration file rke2 makes (KG-START-01); protectKernelDefaults comes without the kernel settings it demands (KG-START-06).',
    'nothing else':
      'True and not in the judgement: the commit sets the profile of rke2 as well, and writes the mode 0640 without quotes.',
  },
  '055': {
    'nothing else':
      'With the profile goes protect-kernel-defaults, which rke2 turns on for it: true, and not in the judgement.',
  },
  '063': {
    controls: 'The first configuration of the kubelet in this repository: what it leaves open is new on every node.',
  },
};

/** Where the problem of each broken file is, or that there is none to be told. */
export const BROKEN_LINES: Readonly<Record<string, BrokenExpectation>> = {
  '01': { line: 18, because: 'the tag with the spelling mistake' },
  '03': { line: 20, because: 'the first line a YAML parser cannot read on' },
  '07': { line: 185, because: 'the first conflict marker' },
  '09': { line: 20, because: 'the first conflict marker' },
  '11': { line: null, because: 'Jinja reads CRLF as an end of line, and no kubelet reads this file' },
  '13': { line: null, because: 'a template may have any suffix: only what it becomes must be YAML' },
  '15': { line: null, because: 'comments may hold quotes and letters of any script' },
  '19': { line: 9, because: 'mode 075 gives nothing to the owner and all to the group' },
  '21': { line: 8, because: 'unquoted 0640 is the number 416 once it is written to a configuration file' },
  '23': { line: null, because: 'flags that collect pairs may be given several times' },
};
