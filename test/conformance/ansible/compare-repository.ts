import type { NodeFile, NodeGroup } from '../../../core/ansible/types.ts';
import { UNKNOWN_TOKEN } from '../../../core/source/rope.ts';
import type { OurAnswer } from './our-answer.ts';
import type { FileWritten, RealAnswer, TaskResult } from './real-ansible.ts';

/** One thing real Ansible and we answer differently. */
export type Difference = Readonly<{
  kind: 'inventory' | 'variable' | 'text' | 'not written' | 'written' | 'claimed' | 'tasks' | 'refused';
  /** Host, variable, destination. */
  where: string;
  theirs: string;
  ours: string;
}>;

/** The reason counted for a file of which we know no text. */
export const NO_TEXT = 'no text';

/** How many files were compared whole, with unknown parts, and not at all for a reason. */
export type Tally = { whole: number; partly: number; reasons: Map<string, number>; failed: number; steps: number };

/** Compares all that both say; counts what we leave unknown. */
export function compareAnswers(ours: OurAnswer, real: RealAnswer, tally: Tally): readonly Difference[] {
  const found: Difference[] = [];
  if (real.inventory) found.push(...compareInventories(ours, real.inventory));
  if (real.error !== null) {
    const known = ours.problems.length > 0 || [...ours.nodes.values()].some(node => node.problems.length > 0);
    if (!known)
      found.push({ kind: 'refused', where: 'playbook', theirs: real.error.slice(0, 500), ours: 'no problem' });
    tally.failed++;
    return found;
  }
  const hosts = new Set([...ours.nodes.keys(), ...real.results.map(result => result.host)]);
  for (const host of hosts) found.push(...compareHost(host, ours.nodes.get(host) ?? null, real, tally));
  return found;
}

function compareInventories(ours: OurAnswer, theirs: NonNullable<RealAnswer['inventory']>): readonly Difference[] {
  const found: Difference[] = [];
  const { hostvars, groups } = theirs;
  const named = new Set([...Object.keys(hostvars), ...Object.values(groups).flatMap(group => group.hosts ?? [])]);
  for (const host of new Set([...named, ...ours.hosts.keys()])) {
    const own = ours.hosts.get(host);
    if (!own || !named.has(host)) {
      found.push({ kind: 'inventory', where: host, theirs: String(named.has(host)), ours: String(own !== undefined) });
      continue;
    }
    const real = hostvars[host] ?? {};
    for (const name of new Set([...Object.keys(real), ...Object.keys(own)])) {
      const [left, right] = [canonical(real[name]), canonical(own[name])];
      if (left !== right) found.push({ kind: 'variable', where: `${host} ${name}`, theirs: left, ours: right });
    }
  }
  for (const [name, group] of Object.entries(groups)) {
    if (name === 'all') continue;
    const [left, right] = [canonical(group.hosts ?? []), canonical(ours.groups.get(name) ?? [])];
    if (left !== right) found.push({ kind: 'inventory', where: `group ${name}`, theirs: left, ours: right });
  }
  return found;
}

/** JSON with keys in order; numbers that JSON cannot carry exactly compare as doubles. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, part: unknown) => {
      if (typeof part === 'bigint') return Number(part);
      if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
      return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
    }) ?? 'absent'
  );
}

function compareHost(host: string, node: NodeGroup | null, real: RealAnswer, tally: Tally): readonly Difference[] {
  const found: Difference[] = [];
  const results = real.results.filter(result => result.host === host);
  const failure = results.find(result => result.failed) ?? null;
  const anyFailure = real.results.some(result => result.failed);
  const last = new Map<string, FileWritten>();
  for (const write of real.writes) if (write.host === host) last.set(write.dest, write);
  const files = node?.files ?? [];
  const placed = (file: NodeFile) => placeOf(file.task);
  for (const file of files) {
    if (!file.dest.value.known) continue;
    const dest = file.dest.value.json;
    const theirs = last.get(dest);
    last.delete(dest);
    if (failure?.at === placed(file) && timesOurs(node, placed(file)) === 1) {
      const told = file.fails ?? node?.problems.find(({ file: at }) => at === file.task.file);
      if (!told) found.push(...compareFailure(host, dest, file, failure, theirs));
      continue;
    }
    if (anyFailure && (theirs?.at ?? placed(file)) !== placed(file)) continue;
    if (anyFailure && timesRun(results, placed(file)) < timesOurs(node, placed(file))) continue;
    if (!theirs) {
      if (!file.when)
        found.push({ kind: 'not written', where: `${host} ${dest}`, theirs: 'no file', ours: shown(file) });
      continue;
    }
    if (mayBeOverwritten(dest, files)) count(tally, NO_TEXT);
    else found.push(...compareTexts(host, dest, file, theirs, tally));
  }
  const open = files.some(file => !file.dest.value.known);
  if (!open) {
    for (const [dest, write] of last)
      found.push({ kind: 'written', where: `${host} ${dest} (${write.at})`, theirs: write.text, ours: 'no file' });
  }
  if (!anyFailure && node) found.push(...compareSteps(host, node, results, tally));
  return found;
}

/** Whether a file whose path is partly unknown may be this one. */
function mayBeOverwritten(dest: string, files: readonly NodeFile[]): boolean {
  return files.some(({ dest: { value } }) => {
    if (value.known) return false;
    const { key } = value.unknown;
    const [start, end] = [key.indexOf('⟨'), key.lastIndexOf('⟩')];
    return start > 1 && dest.startsWith(key.slice(1, start)) && dest.endsWith(key.slice(end + 1, -1));
  });
}

/** A run that ends early may run a task less often than it would have. */
function timesRun(results: readonly TaskResult[], at: string): number {
  return results.filter(result => result.at === at && !result.failed && !result.skipped).length;
}

function timesOurs(node: NodeGroup | null, at: string): number {
  return node?.steps.filter(step => step.task !== null && step.runs !== false && placeOf(step) === at).length ?? 0;
}

function shown(file: NodeFile): string {
  return file.text?.text ?? 'not known';
}

/** A task that fails must not be one whose text we claim to know without saying that it fails. */
function compareFailure(
  host: string,
  dest: string,
  file: NodeFile,
  failure: TaskResult,
  written: FileWritten | undefined,
): readonly Difference[] {
  const claims = file.alternatives.length > 0 && !file.when && !file.truncated && written === undefined;
  if (!claims || failure.items !== null) return [];
  const conditional = file.alternatives.some(one => one.conditions.length > 0);
  if (conditional || file.alternatives.some(one => UNKNOWN.test(one.text.text))) return [];
  return [{ kind: 'claimed', where: `${host} ${dest}`, theirs: failure.message.slice(0, 400), ours: shown(file) }];
}

const UNKNOWN = new RegExp(UNKNOWN_TOKEN.source);

function compareTexts(
  host: string,
  dest: string,
  file: NodeFile,
  theirs: FileWritten,
  tally: Tally,
): readonly Difference[] {
  if (file.alternatives.length === 0) {
    count(tally, NO_TEXT);
    return [];
  }
  const matches = file.alternatives.some(({ text }) => patternOf(text.text).test(theirs.text));
  const parts = file.alternatives.flatMap(({ text }) => [...text.unknowns.values()]);
  if (matches && parts.length === 0 && file.alternatives.length === 1) tally.whole++;
  else if (matches) {
    tally.partly++;
    for (const reason of new Set([
      ...parts.flatMap(part => part.why),
      ...file.alternatives.flatMap(one => one.conditions.flatMap(({ unknown }) => unknown.why)),
    ]))
      count(tally, reason);
  }
  if (matches || file.truncated) return [];
  return [{ kind: 'text', where: `${host} ${dest}`, theirs: theirs.text, ours: shown(file) }];
}

function count(tally: Tally, reason: string): void {
  const short = reason
    .replace(/\(\S+:\d+\)/g, '')
    .replace(/task .*/, 'task')
    .slice(0, 90);
  tally.reasons.set(short, (tally.reasons.get(short) ?? 0) + 1);
}

/** The whole text with anything where it holds an unknown; in YAML that may begin on a line of its own. */
function patternOf(text: string): RegExp {
  const parts = text.split(/(?<=[:-]) ?\uE000[0-9a-f]{8}\uE001|\uE000[0-9a-f]{8}\uE001/);
  return new RegExp(`^${parts.map(part => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('[^]*')}$`);
}

/** Includes lead to tasks and are none themselves for us. */
const LEADS = /(?:^|\.)(?:include_tasks|import_tasks|include_role|import_role|include|meta)$/;

/**
 * Steps in order: theirs must be ours, but that steps of ours under a condition nobody can decide need not be there,
 * and those of a loop over what nobody knows may come again.
 */
function compareSteps(
  host: string,
  node: NodeGroup,
  results: readonly TaskResult[],
  tally: Tally,
): readonly Difference[] {
  const skipped = new Set(results.filter(result => result.skipped).map(result => result.at));
  const ours = node.steps
    .filter(step => step.task !== null && step.runs !== false)
    .map(step => ({ at: placeOf(step), certain: step.runs === true, rounds: step.rounds?.key ?? null }))
    .filter(({ at }) => !skipped.has(at));
  const theirs = results
    .filter(result => !LEADS.test(result.action))
    .map(result => result.at)
    .filter(at => !skipped.has(at));
  tally.steps += theirs.length;
  const numbers = new Map([...theirs, ...ours.map(({ at }) => at)].map((at, index) => [at, index]));
  const step = (at: string): string => `${numbers.get(at)};`;
  const expected = ours.map(({ at, certain, rounds }, index) => {
    const own = certain ? step(at) : `(?:${step(at)})?`;
    if (rounds === null || ours[index + 1]?.rounds === rounds) return own;
    const round = ours.slice(
      ours.findIndex(one => one.rounds === rounds),
      index + 1,
    );
    return `${own}(?:${round.map(one => step(one.at)).join('')})*`;
  });
  if (new RegExp(`^${expected.join('')}$`).test(theirs.map(step).join(''))) return [];
  return [{ kind: 'tasks', where: host, theirs: theirs.join(' '), ours: ours.map(({ at }) => at).join(' ') }];
}

function placeOf({ file, line }: Readonly<{ file: string; line: number }>): string {
  return `${file}:${line}`;
}
