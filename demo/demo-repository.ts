import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../config/package-root.ts';

/** Text files of a directory by their path below it. */
export function filesBelow(directory: string): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[path.slice(directory.length + 1)] = readFileSync(path, 'utf8');
  }
  return files;
}

/** The Ansible repository of the demo: three node groups, OS hardening before the kubelet role. */
export function demoRepository(): Readonly<Record<string, string>> {
  return filesBelow(join(packageRoot(), 'demo', 'repository'));
}
