import { parseArgs } from 'node:util';
import { ANSIBLE_CORES, type AnsibleVersion, versionOfCore } from '../../core/ansible/types.ts';
import { compareAnswers, type Difference, NO_TEXT, type Tally } from './ansible/compare-repository.ts';
import { generateRepository } from './ansible/generate-repository.ts';
import { ourAnswer } from './ansible/our-answer.ts';
import { AnsibleEnded, installedAnsibles, type RealAnsible, startAnsible } from './ansible/real-ansible.ts';
import type { RepositoryCase } from './ansible/repository-case.ts';
import { shrinkRepository } from './ansible/shrink-repository.ts';

/**
 * `npm run ansible-diff -- --cases 1000 [--seed S] [--only N] [--ansible PATH…] [--show N] [--jobs N]`: random
 * repositories of our own making, rendered by us and by real Ansible, every installed version unless `--ansible` names
 * some: hosts, groups and variables of the inventory, which tasks ran on each host, and every file byte by byte where
 * we claim to know it. Prints what differs as it is found, each kind with its smallest repository, the reasons of what
 * is left unknown, and last one line per version with the totals. Exits 1 on any difference, 2 when there is no Ansible
 * to compare with.
 */
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    ansible: { type: 'string', multiple: true },
    show: { type: 'string', default: '10' },
    jobs: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const programs = values.ansible ?? installedAnsibles();
if (programs.length === 0) {
  console.error('no Ansible to compare with: install ansible-core or run test/conformance/ansible/environments');
  process.exit(2);
}
const seed = Number(values.seed ?? Date.now() % 2 ** 32) >>> 0;
const numbers =
  values.only === undefined ? Array.from({ length: Number(values.cases) }, (_, at) => at) : [Number(values.only)];
const totals: Total[] = [];
for (const program of programs) totals.push(...(await compare(program)));
for (const { line } of totals) console.log(line);
process.exitCode = totals.every(({ different }) => different === 0) ? 0 : 1;

type Found = Readonly<{ one: RepositoryCase; number: number; difference: Difference }>;
type Total = Readonly<{ different: number; line: string }>;

async function compare(program: string): Promise<readonly Total[]> {
  const started = performance.now();
  const running = await Promise.all(Array.from({ length: Number(values.jobs) }, () => startAnsible(program)));
  const [first] = running;
  if (!first) return [];
  const { version } = first;
  console.log(`ansible-core ${version}, seed ${seed}, ${numbers.length} cases`);
  const tally: Tally = { whole: 0, partly: 0, reasons: new Map(), failed: 0, steps: 0 };
  const kinds = new Map<string, { example: Found; count: number }>();
  const queue = [...numbers];
  const differing: number[] = [];
  let refused = 0;
  await Promise.all(
    running.map(async ansible => {
      for (let number = queue.shift(); number !== undefined; number = queue.shift()) {
        const one = generateRepository(seed, number);
        const before = tally.failed;
        const differences = await differencesOf(ansible, one, tally);
        if (tally.failed > before) refused++;
        if (differences.length > 0) differing.push(number);
        for (const difference of differences.slice(0, 1)) {
          const kind = kindOf(difference);
          const known = kinds.get(kind);
          console.log(`  case ${number}: ${kind}, ${difference.where}`);
          kinds.set(kind, { example: known?.example ?? { one, number, difference }, count: (known?.count ?? 0) + 1 });
        }
      }
    }),
  );
  console.log('  left unknown, by reason:');
  for (const [reason, count] of [...tally.reasons].sort(([, a], [, b]) => b - a).slice(0, 12))
    console.log(`    ${count} x ${reason}`);
  const sorted = [...kinds].sort(([, left], [, right]) => right.count - left.count);
  for (const [kind, { example, count }] of sorted) console.log(`  ${count} x ${kind} (case ${example.number})`);
  for (const [kind, { example, count }] of sorted.slice(0, Number(values.show))) {
    await show(first, kind, example, count);
  }
  for (const ansible of running) ansible.close();
  const seconds = (performance.now() - started) / 1000;
  return [{ different: differing.length, line: totalsLine(version, differing, refused, tally, seconds) }];
}

/** The totals of one version: cases, then the files of equal cases by how much of them we claim to know. */
function totalsLine(
  version: string,
  differing: readonly number[],
  refused: number,
  { whole, partly, reasons, steps }: Tally,
  seconds: number,
): string {
  const unknown = reasons.get(NO_TEXT) ?? 0;
  const files = whole + partly + unknown;
  const percent = (part: number) => `${((100 * part) / Math.max(1, files)).toFixed(1)} %`;
  const named = differing.length === 0 ? '' : ` (${[...differing].sort((a, b) => a - b).join(', ')})`;
  return [
    `ansible-core ${version}, seed ${seed}: ${numbers.length} cases, ${numbers.length - differing.length} equal, ${differing.length} different${named}, ${refused} refused by Ansible`,
    `${files} files: ${percent(whole)} known whole, ${percent(partly)} in part, ${percent(unknown)} unknown; ${steps} tasks; ${seconds.toFixed(0)} s`,
  ].join('\n  ');
}

async function differencesOf(ansible: RealAnsible, one: RepositoryCase, tally: Tally): Promise<readonly Difference[]> {
  const real = await ansible.answer(one);
  return compareAnswers(ourAnswer(one, versionOf(ansible)), real, tally);
}

function versionOf({ version }: RealAnsible): AnsibleVersion {
  const core = ANSIBLE_CORES.find(one => version.startsWith(`${one}.`));
  if (!core) throw new Error(`ansible-core ${version} is none of ${ANSIBLE_CORES.join(', ')}`);
  return versionOfCore(core);
}

async function show(ansible: RealAnsible, kind: string, example: Found, count: number): Promise<void> {
  const uncounted = (): Tally => ({ whole: 0, partly: 0, reasons: new Map(), failed: 0, steps: 0 });
  const same = async (smaller: RepositoryCase) => {
    try {
      const found = await differencesOf(ansible, smaller, uncounted());
      return found.some(difference => kindOf(difference) === kind);
    } catch (error) {
      if (error instanceof AnsibleEnded) return false;
      throw error;
    }
  };
  const least = await shrinkRepository(example.one, same);
  const [difference] = await differencesOf(ansible, least, uncounted());
  console.log(`\n${count} x ${kind} (case ${example.number})`);
  for (const [path, text] of Object.entries(least.files))
    if (text.trim() !== '') console.log(`  --- ${path}\n${text.trimEnd().replace(/^/gm, '  | ')}`);
  if (!difference) return;
  console.log(`  at     ${difference.where}`);
  console.log(`  theirs ${JSON.stringify(difference.theirs.slice(0, 600))}`);
  console.log(`  ours   ${JSON.stringify(difference.ours.slice(0, 600))}`);
}

/** What differs, without hosts and values: cases of one kind have one cause most of the time. */
function kindOf({ kind, where, theirs, ours }: Difference): string {
  switch (kind) {
    case 'variable':
      return `${kind}: ${typeof parse(theirs)} ${typeof parse(ours)}`;
    case 'inventory':
      return `${kind}: ${where.replace(/ .*/, '').replace(/[\w.-]*\d[\w.-]*/g, 'host')}`;
    case 'text': {
      const at = [...theirs].findIndex((char, index) => char !== ours[index]);
      const line = theirs.slice(0, Math.max(0, at)).split('\n').length;
      return `${kind}: ${(theirs.split('\n')[line - 1] ?? '').replace(/\w+/g, 'w').slice(0, 30)} / ${(ours.split('\n')[line - 1] ?? '').replace(/\w+/g, 'w').slice(0, 30)}`;
    }
    case 'claimed':
    case 'refused':
      return `${kind}: ${theirs.replace(/'[^']*'|"[^"]*"|\d+|\/\S+/g, '…').slice(0, 90)}`;
    default:
      return kind;
  }
}

function parse(text: string): unknown {
  return text === 'absent' ? undefined : JSON.parse(text);
}
