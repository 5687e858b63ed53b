import type { FileState } from './file-states.ts';

/** Files beside the kubelet's own that decide what it and its node may do. */
export type SupportingKind = 'sysctl' | 'kernel-modules' | 'static-pod';

/** Where they lie: systemd's and procps' sysctl folders and the running kernel's own, modules to load, static pods. */
const PLACES: readonly (readonly [SupportingKind, RegExp])[] = [
  [
    'sysctl',
    /^\/(?:etc|run|usr\/local\/lib|usr\/lib|lib)\/sysctl\.d\/[^/]+\.conf(?:\/|$)|^\/etc\/sysctl\.conf(?:\/|$)|^\/proc\/sys\//,
  ],
  ['kernel-modules', /^\/(?:etc|run|usr\/lib)\/(?:modules-load|modprobe)\.d\/[^/]+\.conf$|^\/etc\/modules$/],
  [
    'static-pod',
    /^\/etc\/kubernetes\/manifests\/[^/]+\.(?:ya?ml|json)$|\/(?:pod-manifests|static-?pods?)\/[^/]+\.(?:ya?ml|json)$/,
  ],
];

/** What a file at a path on a node is for beside the kubelet, or null. */
export function supportingKind(path: string): SupportingKind | null {
  return PLACES.find(([, place]) => place.test(path))?.[0] ?? null;
}

/** Whether a path is a file of its own, not one line of it or a value of the running kernel. */
export function isWholeFile(path: string): boolean {
  return !/^\/proc\/sys\/|\.conf\//.test(path);
}

/** Whether a file on a host is one of them, and nothing of the kubelet's own. */
export function isSupporting({ kind }: FileState): boolean {
  return kind === 'sysctl' || kind === 'kernel-modules' || kind === 'static-pod';
}
