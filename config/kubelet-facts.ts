import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeletFacts } from '../core/kubelet/facts.ts';
import { packageRoot } from './package-root.ts';

/** Reads config/kubelet/*.json: fields, flags, feature gates and TLS names of the covered minors. */
export function readKubeletFacts(): KubeletFacts {
  const read = (name: string) =>
    JSON.parse(readFileSync(join(packageRoot(), 'config', 'kubelet', name), 'utf8')) as unknown;
  return {
    fields: read('fields.json') as KubeletFacts['fields'],
    flags: read('flags.json') as KubeletFacts['flags'],
    gates: read('feature-gates.json') as KubeletFacts['gates'],
    tls: read('tls.json') as KubeletFacts['tls'],
  };
}
