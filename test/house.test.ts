import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const root = new URL('..', import.meta.url).pathname;
const sources = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter(path => path !== '');
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');

/** The packages that stand in the static imports of modules of ours and of everything of ours they import. */
function packagesLoadedBy(modules: readonly string[]): ReadonlySet<string> {
  const packages = new Set<string>();
  const seen = new Set(modules);
  for (const path of seen) {
    for (const [, target = ''] of read(path).matchAll(/^(?:import|export) (?!type )[^;=]*?'([^']+)';$/gm)) {
      if (target.startsWith('.')) seen.add(join(dirname(path), target));
      else if (!target.startsWith('node:')) packages.add(target);
    }
  }
  return packages;
}

describe('the house', () => {
  test('only config/settings.ts reads the environment', () => {
    const product = sources.filter(path => !/^(test|bench|demo)\//.test(path) && path !== 'config/settings.ts');
    expect(product.filter(path => read(path).includes('process.env'))).toEqual([]);
  });

  test('core imports nothing of ours from outside core and nothing that touches the world', () => {
    const wrong = sources
      .filter(path => path.startsWith('core/'))
      .flatMap(path =>
        [...read(path).matchAll(/from '([^']+)'/g)]
          .map(match => match[1] ?? '')
          .filter(
            target =>
              /\/(adapters|server|workers|cli|config|demo|test)\//.test(target) ||
              /^node:(fs|net|http|https|child_process|worker_threads|process)/.test(target),
          )
          .map(target => `${path} -> ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  test('a cold lint loads no package beside the one it needs', () => {
    expect([...packagesLoadedBy(['cli/main.ts', 'cli/lint.ts'])].sort()).toEqual(['commander']);
  });

  test('there is no drawer for things without a name', () => {
    expect(sources.filter(path => /(^|\/)(utils?|helpers?|common|misc)(\/|\.ts$)/.test(path))).toEqual([]);
  });
});
