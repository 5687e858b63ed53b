import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../../core/kubelet/types.ts';

/** What a person said one real commit does to one field. Texts are values or prose; null is absent. */
export type ExpectedEffect = Readonly<{ field: string; before: string | null; after: string | null }>;

/** A template as real Ansible rendered it on one side; null where the side has no such template. */
export type OracleSide = Readonly<{ rendered: string; kubelet_configuration: Json; stubs: readonly string[] }> | null;

/** [path, before, after], `<absent>` where a side has no such path. */
type OracleDifference = readonly [string, Json, Json];

/** By repository path of the template, or `VAR:NAME` for a text that stands in a variable. */
export type Oracle = Readonly<
  Record<
    string,
    Readonly<{
      sides: Readonly<{ base: OracleSide; head: OracleSide }>;
      config_diff: readonly OracleDifference[];
      flag_diff: readonly OracleDifference[];
    }>
  >
>;

type ChangeMeta = Readonly<{
  repo: string;
  shapes: readonly string[];
  judgement: 'harden' | 'weaken' | 'neutral';
  expected_effects: readonly ExpectedEffect[];
  changed_files: readonly Readonly<{ path: string; status: string }>[];
  parent: string | null;
  /** No effect under what the repository itself sets. */
  latent?: boolean;
}>;

/** One commit of a public repository, as two directories of the files that make sense of it. */
export type RealChange = Readonly<{
  name: string;
  /** Directories; a root commit has no base. */
  base: string | null;
  head: string;
  meta: ChangeMeta;
  oracle: Oracle | null;
}>;

/** One broken file of a public repository: `path` is where it lay there. */
export type BrokenFile = Readonly<{ name: string; file: string; path: string; what: string }>;

/** What lies in a directory of the corpus, sorted by name. A subdirectory without `meta.json` is neither. */
export function readCorpus(
  directory: string,
): Readonly<{ changes: readonly RealChange[]; broken: readonly BrokenFile[] }> {
  const changes: RealChange[] = [];
  const broken: BrokenFile[] = [];
  for (const name of readdirSync(directory).sort()) {
    const place = join(directory, name);
    const meta = readJson(join(place, 'meta.json'));
    if (meta === null) continue;
    if (existsSync(join(place, 'head'))) {
      const base = join(place, 'base');
      changes.push({
        name,
        base: existsSync(base) ? base : null,
        head: join(place, 'head'),
        meta: meta as ChangeMeta,
        oracle: readJson(join(place, 'oracle.json')) as Oracle | null,
      });
    } else {
      const { path, what } = meta as Readonly<{ path: string; what: string }>;
      const file = readdirSync(place).find(other => other !== 'meta.json') ?? '';
      broken.push({ name, file: join(place, file), path, what });
    }
  }
  return { changes, broken };
}

function readJson(path: string): unknown {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}
