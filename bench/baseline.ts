import { parseArgs } from 'node:util';
import { readBaseline } from '../config/baseline.ts';
import { evaluateGroup, evaluateRepository } from '../core/baseline/evaluate-baseline.ts';
import { groupSubjects } from '../core/baseline/subject.ts';
import type { Baseline } from '../core/baseline/types.ts';
import { checkov } from '../test/conformance/checkers/checkov.ts';
import { conftest } from '../test/conformance/checkers/conftest.ts';
import { kubeBench } from '../test/conformance/checkers/kube-bench.ts';
import { checkedNode } from '../test/conformance/checkers/node.ts';
import { type NodeSituation, SITUATIONS } from '../test/conformance/checkers/situations.ts';
import { type Files, repositoryOf, subjectOf } from '../test/core/baseline/situation.ts';
import { machineLines } from './machine.ts';

/**
 * Wall time a configuration takes the whole baseline, beside each installed checker on the same configurations in the
 * same run. `--configurations N`: how many, all different. Of every checker a short and a long run are timed and the
 * difference counts, so its start is left out; writing the files it reads and reading its report are in. `--benchmark
 * FILE` as for `npm run checkers`. Ours is given as evaluating alone, and with all that comes before: the
 * checkers are handed rendered files, we render them from the repository first.
 */
export async function benchBaseline(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { configurations: { type: 'string', default: '200' }, benchmark: { type: 'string' } },
  });
  const size = Number(values.configurations);
  const variants = Array.from({ length: size }, (_, index) => variant(index));
  const sizes = [Math.ceil(size / 10), size] as const;
  for (const line of machineLines()) console.log(line);
  const baseline = readBaseline();
  console.log(
    `${size} configurations, ${baseline.controls.length} controls; milliseconds of wall time a configuration, the best of three, starting apart`,
  );
  const own = ours(baseline, variants, sizes[0]);
  console.log(`ours, evaluating every control on the rendered node: ${own.evaluating.toFixed(2)}`);
  console.log(`ours, from the repository's text to every answer: ${own.whole.toFixed(2)}`);
  const nodes = variants.map((situation, index) => checkedNode(`${index}`, situation, baseline));
  for (const checker of [kubeBench(values.benchmark), conftest(), checkov()]) {
    if ('missing' in checker) console.log(`${checker.name}: ${checker.missing}, no ratio`);
    else {
      const time = (count: number) => best(() => milliseconds(() => checker.judge(nodes.slice(0, count))));
      const theirs = (time(sizes[1]) - time(sizes[0])) / (sizes[1] - sizes[0]);
      const verdicts = [...checker.judge(nodes).values()].reduce((sum, { size: some }) => sum + some, 0) / size;
      console.log(`${checker.name} ${checker.version}: ${theirs.toFixed(2)}, for ${verdicts.toFixed(0)} verdicts`);
      console.log(`  shown: ${checker.about}`);
      console.log(`  ours is ${ratio(own.evaluating, theirs)} of it evaluating, ${ratio(own.whole, theirs)} in all`);
    }
  }
}

/** One of the situations of `npm run checkers`, different from every other by how many Pods the node takes. */
function variant(index: number): NodeSituation {
  const situations = Object.values(SITUATIONS);
  const situation = situations[index % situations.length] ?? {};
  const pods = 10 + index;
  return situation.config === null
    ? { ...situation, args: [...(situation.args ?? []), `--max-pods=${pods}`] }
    : { ...situation, config: `${situation.config ?? ''}\nmaxPods: ${pods}` };
}

function ours(
  baseline: Baseline,
  variants: readonly NodeSituation[],
  warmUp: number,
): Readonly<{ evaluating: number; whole: number }> {
  const repositories = variants.map(one => ({ files: repositoryOf(one), minor: one.minor }));
  const render = ({ files, minor }: { files: Files; minor: NodeSituation['minor'] }) => subjectOf(files, minor);
  const evaluate = (subject: ReturnType<typeof subjectOf>) => {
    for (const group of groupSubjects(subject)) evaluateGroup(baseline, group);
    evaluateRepository(baseline, subject);
  };
  for (const one of repositories.slice(0, warmUp)) evaluate(render(one));
  // Rendered anew for each measurement: what is derived from a node is kept with it.
  const evaluating = best(() => {
    const subjects = repositories.map(render);
    return milliseconds(() => subjects.forEach(evaluate));
  });
  const whole = best(() => milliseconds(() => repositories.forEach(one => evaluate(render(one)))));
  return { evaluating: evaluating / variants.length, whole: whole / variants.length };
}

/** The least of three measurements: what else the machine does only adds. */
function best(measure: () => number): number {
  return Math.min(...Array.from({ length: 3 }, measure));
}

function milliseconds(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function ratio(mine: number, theirs: number): string {
  return (mine / theirs).toPrecision(2);
}
