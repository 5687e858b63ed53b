import { config, FACT, flagged } from '../situation.ts';
import { modeRow, ownerRow } from './file-rows.ts';
import type { Rows } from './row.ts';

export const STARTUP_PARAMETERS: Rows = {
  'KG-START-04': {
    pass: [flagged('--node-ip=10.0.0.1')],
    violated: [flagged('--hostname-override=node-1')],
    undecided: [flagged(`--hostname-override=${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-START-05': {
    pass: [
      config('protectKernelDefaults: true'),
      config('protectKernelDefaults: yes'),
      flagged('--protect-kernel-defaults'),
    ],
    violated: [config('protectKernelDefaults: false'), config('protectKernelDefaults: null')],
    undecided: [config(`protectKernelDefaults: ${FACT}`)],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-START-07': {
    pass: [config('eventRecordQPS: 5\neventBurst: 10'), config('eventRecordQPS: 50')],
    violated: [config('eventRecordQPS: 0'), config('eventRecordQPS: 51'), config('eventBurst: 101')],
    undecided: [config(`eventRecordQPS: ${FACT}`), config(`eventBurst: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-START-16': modeRow(
    '/etc/kubernetes/kubelet-config.yaml',
    ['0600', '0400', 'u=rw,g=,o='],
    ['0644', '0640', '1204', 'u=rw,go=r'],
  ),
  'KG-START-17': ownerRow('/etc/kubernetes/kubelet-config.yaml'),
  'KG-START-18': modeRow('/etc/systemd/system/kubelet.service.d/10-kubeadm.conf', ['0600'], ['0644']),
  'KG-START-19': ownerRow('/etc/systemd/system/kubelet.service.d/10-kubeadm.conf'),
  'KG-START-20': modeRow('/etc/kubernetes/kubelet.conf', ['0600'], ['0644']),
  'KG-START-21': ownerRow('/etc/kubernetes/bootstrap-kubelet.conf'),
};
