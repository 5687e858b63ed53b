import { posix } from 'node:path';
import { EVERY_NODE, emptyTemplates, type RunResult, type World, type Write } from './host-run.ts';
import { runHosts } from './run-hosts.ts';
import { orphansOf, type Survey } from './survey.ts';

/** What a node is that gets a file the defaults of the repository leave out; `label` names the file. */
export type Variant = Readonly<{ label: string; source: string; run: RunResult }>;

/** Files tried out one by one; more than this many are left to the node the defaults make. */
const MAX_VARIANTS = 8;

/**
 * Nodes nobody declared get what the defaults say. A kubelet file whose task the defaults keep from running, or whose
 * templated name they make stand for another file, still reaches the nodes of whoever sets the variable: each such
 * file makes a variant of the assumed node, which has it instead of what is written to the same place. The first run
 * finds the variables that decide, the second knows them to be in doubt from the start.
 *
 * @param written sources some run has written
 */
export function variantsOf(worlds: readonly World[], found: Survey, written: ReadonlySet<string>): readonly Variant[] {
  const orphans = new Set(orphansOf(found, written).map(({ file }) => file));
  const left = found.settings.filter(file => !written.has(file) && !orphans.has(file));
  const variants: Variant[] = [];
  for (const source of left) {
    if (variants.length >= MAX_VARIANTS) break;
    const doubted = new Set<string>();
    const forced = worlds.map(world => ({ ...world, forced: { source, doubted }, templates: emptyTemplates() }));
    runHosts(forced, [EVERY_NODE]);
    const run = runHosts(forced, [EVERY_NODE]).get(EVERY_NODE);
    if (!run?.writes.some(write => write.source === source)) continue;
    variants.push({
      label: posix.basename(source),
      source,
      run: { ...run, writes: insteadOf(run.writes, source) },
    });
  }
  return variants;
}

/** The writes without other content for the places the forced source is put. */
function insteadOf(writes: readonly Write[], source: string): readonly Write[] {
  const places = new Set(writes.filter(write => write.source === source).map(placeOf));
  return writes.filter(write => write.source === source || write.effect !== 'content' || !places.has(placeOf(write)));
}

function placeOf({ dest }: Write): string {
  return dest.value.known ? dest.value.json : `?${dest.value.unknown.key}`;
}
