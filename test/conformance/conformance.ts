import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readKubeletFacts } from '../../config/kubelet-facts.ts';
import { packageRoot } from '../../config/package-root.ts';
import { type LintCase, lint } from '../../core/kubelet/lint.ts';
import { MINORS, type Minor } from '../../core/kubelet/types.ts';
import { generateCase } from './generate.ts';
import { type KubeletAnswer, kubeletCodePath, startKubeletCode } from './kubelet-code.ts';
import { shrink } from './shrink.ts';
import { COMPARED, unequal } from './vector.ts';

/**
 * Stages whose messages begin with what they are about; the texts of earlier ones are free. They are compared as sets:
 * Go walks maps in random order.
 */
const NAMING_STAGES: readonly string[] = ['logging', 'validation', 'startup'];

/**
 * `npm run conformance -- --minor 1.36 --cases 20000 [--seed S] [--show N]`: random cases answered by `lint` and by
 * the loading code of a real kubelet of that minor. Prints the seed, totals, and each kind of difference with its
 * smallest case; exits 1 on any difference, 2 when the Go program has not been built.
 */
const { values } = parseArgs({
  options: {
    minor: { type: 'string', default: '1.36' },
    cases: { type: 'string', default: '20000' },
    seed: { type: 'string' },
    show: { type: 'string', default: '40' },
  },
});
const minor = MINORS.find(one => one === values.minor);
const program = minor === undefined ? '' : join(packageRoot(), kubeletCodePath(minor));
if (minor === undefined || !existsSync(program)) {
  console.error(
    `no kubelet ${values.minor} to compare with: build it by test/conformance/oracle/build ${values.minor}`,
  );
  process.exit(2);
}
const seed = Number(values.seed ?? Date.now() % 2 ** 32) >>> 0;
process.exitCode = await compare(minor, program, seed, Number(values.cases), Number(values.show));

async function compare(minor: Minor, program: string, seed: number, total: number, show: number): Promise<number> {
  const facts = readKubeletFacts();
  const kubelet = startKubeletCode(program);
  console.log(`kubelet ${minor}, seed ${seed}, ${total} cases`);
  const stages = new Map<string, number>();
  const kinds = new Map<string, { example: LintCase; count: number }>();
  let different = 0;
  for (let start = 0; start < total; start += 500) {
    const cases = Array.from({ length: Math.min(500, total - start) }, (_, at) =>
      generateCase(seed, start + at, facts, minor),
    );
    const answers = await kubelet.answer(cases);
    for (const [at, one] of cases.entries()) {
      const theirs = answers[at];
      if (!theirs) throw new Error('an answer is missing');
      const stage = String(theirs.stage ?? (theirs.lenient ? 'accepted, lenient' : 'accepted'));
      stages.set(stage, (stages.get(stage) ?? 0) + 1);
      const kind = kindOf(one, theirs);
      if (kind === null) continue;
      different++;
      const known = kinds.get(kind);
      kinds.set(kind, { example: known?.example ?? one, count: (known?.count ?? 0) + 1 });
    }
  }
  console.log([...stages].map(([stage, count]) => `  ${stage}: ${count}`).join('\n'));
  console.log(`${total - different} of ${total} cases equal, ${kinds.size} kinds of difference`);
  const shown = [...kinds].sort(([, left], [, right]) => right.count - left.count).slice(0, show);
  for (const [kind, { example, count }] of shown) {
    const differs = async (smaller: LintCase) => {
      const [theirs] = await kubelet.answer([smaller]);
      return theirs !== undefined && kindOf(smaller, theirs) === kind;
    };
    const least = await shrink(example, differs);
    const [theirs] = await kubelet.answer([least]);
    console.log(`\n${count} x ${kind}`);
    console.log(`  case    ${JSON.stringify(least)}`);
    if (theirs) {
      console.log(`  kubelet ${theirs.message ?? 'accepts'}`);
      for (const line of linesOf(least, theirs).slice(0, 6)) console.log(`  ours    ${line.slice(0, 300)}`);
    }
  }
  await kubelet.close();
  return different === 0 ? 0 : 1;

  function linesOf(one: LintCase, theirs: KubeletAnswer): readonly string[] {
    const ours = lint(one, minor, facts);
    const named = NAMING_STAGES.includes(String(theirs.stage));
    return COMPARED.filter(key => key !== 'about' || named).flatMap(key =>
      key === 'about'
        ? unequal([...(theirs.about as string[])].sort(), [...ours.about].sort(), key)
        : unequal(theirs[key], ours[key], key),
    );
  }

  /** What differs, without the values: cases of one kind have one cause most of the time. */
  function kindOf(one: LintCase, theirs: KubeletAnswer): string | null {
    const lines = linesOf(one, theirs);
    if (lines.length === 0) return null;
    const verdict = lines.filter(line => /^(accepted|stage|lenient|about)/.test(line));
    const chosen = verdict.length > 0 ? verdict : lines.slice(0, 1);
    const words = (theirs.message ?? '').replaceAll(/"[^"]*"|\d+|\[.*?\]/g, '').slice(0, 60);
    return `${chosen.map(line => line.slice(0, 120)).join('; ')} (${words})`;
  }
}
