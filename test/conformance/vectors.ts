import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readKubeletFacts } from '../../config/kubelet-facts.ts';
import { differencesOf, type Vector } from './vector.ts';

/**
 * `npm run vectors -- DIR`: compares `lint` with recorded answers of real kubelets, every `*.jsonl` of a directory.
 * Prints equal and total cases per file and each difference; exits 1 on any difference, 2 when nothing was compared.
 */
const [directory] = process.argv.slice(2);
if (directory === undefined) {
  console.error('usage: npm run vectors -- DIR   (a directory of *.jsonl files of vectors)');
  process.exit(2);
}
const files = readdirSync(directory)
  .filter(name => name.endsWith('.jsonl'))
  .sort();
const facts = readKubeletFacts();
let equal = 0;
let total = 0;
for (const name of files) {
  const vectors = readFileSync(join(directory, name), 'utf8')
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => JSON.parse(line) as Vector);
  const unequal = vectors.map(vector => differencesOf(vector, facts)).filter(lines => lines.length > 0);
  const answers = vectors.reduce((sum, { expect }) => sum + expect.reduce((all, one) => all + one.minors.length, 0), 0);
  console.log(`${name}: ${vectors.length - unequal.length} of ${vectors.length} cases equal (${answers} answers)`);
  for (const line of unequal.flat()) console.log(`  ${line}`);
  equal += vectors.length - unequal.length;
  total += vectors.length;
}
console.log(`${equal} of ${total} cases equal in ${files.length} files`);
process.exitCode = total === 0 ? 2 : equal === total ? 0 : 1;
