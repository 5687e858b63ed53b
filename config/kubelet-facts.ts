import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KubeletFacts } from '../core/kubelet/facts.ts';

/** The folder of this package's package.json: `config/` is found below it from source and from dist alike. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('kubelet-gate: no package.json above its own code');
    folder = parent;
  }
  return folder;
}

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
