import { NEWEST_MINOR } from '../../cli/minor.ts';
import { judgeBroken } from './corpus/judge-broken.ts';
import { type Answers, COLUMNS, judgeChange } from './corpus/judge-change.ts';
import { readCorpus } from './corpus/real-change.ts';
import { BROKEN_LINES } from './corpus/recorded.ts';
import { changeRow, HEADING } from './corpus/table.ts';

/**
 * `npm run corpus -- DIR [--json] [CASE…]`: judges real commits (directories with `base` and `head`) as `check` does
 * and compares with what people and real Ansible said about them; looks for the right problem in real broken files.
 * Prints a row per case; exits 1 when a miss has no recorded reason, 2 when nothing was compared.
 */
const args = process.argv.slice(2);
const [directory, ...only] = args.filter(arg => arg !== '--json');
if (directory === undefined) {
  console.error('usage: npm run corpus -- DIR [--json] [CASE…]');
  process.exit(2);
}
const asJson = args.includes('--json');
const chosen = <T extends Readonly<{ name: string }>>(all: readonly T[]): readonly T[] =>
  all.filter(({ name }) => only.length === 0 || only.includes(name));
const corpus = readCorpus(directory);
const changes = chosen(corpus.changes);
const broken = chosen(corpus.broken);
let unaccounted = 0;
const answered: { name: string; answers: Answers }[] = [];

if (changes.length > 0 && !asJson) console.log(HEADING);
for (const change of changes) {
  const answers = await judgeChange(change, NEWEST_MINOR);
  const { lines, accounted } = changeRow(change, answers);
  answered.push({ name: change.name, answers });
  if (!accounted) unaccounted++;
  if (!asJson) console.log(lines.join('\n'));
}
if (changes.length > 0 && !asJson) {
  const full = answered.filter(({ answers }) => COLUMNS.every(column => (answers[column]?.misses.length ?? 0) === 0));
  console.log(`\n${full.length} of ${changes.length} real changes without a miss`);
}

const told: unknown[] = [];
for (const file of broken) {
  const { said, miss } = await judgeBroken(file, BROKEN_LINES[file.name], NEWEST_MINOR);
  told.push({ name: file.name, said, miss });
  if (miss !== null) unaccounted++;
  if (asJson) continue;
  console.log(`${miss === null ? '✓' : '✗'} ${file.name} ${file.path}: ${file.what}`);
  for (const line of said) console.log(`      says ${line}`);
  if (said.length === 0) console.log('      says nothing');
  if (BROKEN_LINES[file.name]) console.log(`      expected: ${expectation(file.name)}`);
  if (miss !== null) console.log(`      ✗ ${miss}`);
}
if (asJson) console.log(JSON.stringify({ changes: answered, broken: told }, null, 2));
process.exitCode = changes.length + broken.length === 0 ? 2 : unaccounted > 0 ? 1 : 0;

function expectation(name: string): string {
  const { line, because } = BROKEN_LINES[name] ?? { line: null, because: '' };
  return `${line === null ? 'no problem' : `line ${line}`}, ${because}`;
}
