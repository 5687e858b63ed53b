import type { Shown } from '../../../core/review/types.ts';

export const REPOSITORY = 'acme/clusters';
export const INVENTORY = 'inventories/production/hosts.yml';

export const CONFIG_FILE = '/var/lib/kubelet/config.yaml';

/** Text as somebody would write it who wants the pages to run or to show something else. */
export const HOSTILE = `<script>alert(1)</script><img src=x onerror=alert(2)>" onmouseover="alert(3)' \u202Ekcehc\u0007 </td></title>`;

export const CONTROL_PLANE = ['cp-1', 'cp-2', 'cp-3'];
export const WORKERS = Array.from({ length: 12 }, (_, index) => `worker-${index + 1}`);
export const GPU = ['gpu-1', 'gpu-2', 'gpu-3', 'gpu-4'];
export const GROUPS = [
  { name: 'control_plane', hosts: CONTROL_PLANE },
  { name: 'workers', hosts: WORKERS },
  { name: 'gpu_workers', hosts: GPU },
] as const;

/** A commit id, told by one of its digits. */
export const commit = (digit: string) => digit.repeat(40);
/** A SHA-256, told by one of its digits. */
export const sha256 = (digit: string) => digit.repeat(64);
export const value = (json: string | number | boolean, implicit = false): Shown => ({
  state: 'value',
  value: json,
  implicit,
});

export const VARIABLES = 'inventories/production/group_vars/all.yml';
export const TEMPLATE = 'roles/kubelet/templates/config.yaml.j2';
