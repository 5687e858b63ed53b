import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../../config/package-root.ts';
import { cacheFolder } from '../cache.ts';
import { type Checker, type MissingChecker, missing, type Verdict } from './checker.ts';
import { type CheckedNode, PROXY_CONFIGURATION } from './node.ts';
import { inScratch, runChecker, writeBelow } from './run-checker.ts';

const RESULTS = z.array(
  z.object({ filename: z.string(), failures: z.array(z.object({ msg: z.string() })).optional() }),
);

/** Items the policies of policy/ speak of, by the kind of document. */
const OF_KUBELET = '1 2 3 4 5 6 8 9 10 11 12 13 14'.split(' ').map(item => `4.2.${item}`);
const OF_PROXY = ['4.3.1'];

/** conftest over the policies of policy/, shown the file --config names and kube-proxy's. */
export function conftest(): Checker | MissingChecker {
  const folder = join(cacheFolder('checkers'), 'conftest');
  const program = join(folder, 'conftest');
  if (!existsSync(program)) return missing('conftest');
  const [, opa = 'unknown'] = /OPA: *(\S+)/.exec(runChecker(program, ['--version'])) ?? [];
  return {
    name: 'conftest',
    version: `${readFileSync(join(folder, 'version'), 'utf8').trim()}, OPA ${opa}`,
    about: 'policies of test/conformance/checkers/policy, as people write them: the key is there and has the value',
    judge: nodes => inScratch(folder => judge(program, folder, nodes)),
  };
}

function judge(
  program: string,
  folder: string,
  nodes: readonly CheckedNode[],
): ReadonlyMap<string, ReadonlyMap<string, Verdict>> {
  const shown = nodes.flatMap(({ id, config, files }, index) => {
    const proxy = files.find(({ path }) => path === PROXY_CONFIGURATION);
    return [
      ...(config ? [{ id, items: OF_KUBELET, name: `${index}-kubelet.yaml`, text: config.text }] : []),
      ...(proxy ? [{ id, items: OF_PROXY, name: `${index}-kube-proxy.yaml`, text: proxy.text }] : []),
    ];
  });
  for (const { name, text } of shown) writeBelow(folder, name, text);
  const policy = join(packageRoot(), 'test/conformance/checkers/policy');
  const output = runChecker(program, ['test', '--no-color', '--output', 'json', '--policy', policy, folder]);
  const results = new Map(RESULTS.parse(JSON.parse(output)).map(one => [basename(one.filename), one.failures ?? []]));
  const verdicts = new Map<string, Map<string, Verdict>>(nodes.map(({ id }) => [id, new Map()]));
  for (const { id, items, name } of shown) {
    const failed = new Set((results.get(name) ?? []).map(({ msg }) => msg.split(' ')[0]));
    for (const item of items) verdicts.get(id)?.set(item, failed.has(item) ? 'FAIL' : 'PASS');
  }
  return verdicts;
}
