import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { NEWEST_MINOR } from '../../cli/minor.ts';
import { packageRoot } from '../../config/package-root.ts';
import { judgeBroken } from './corpus/judge-broken.ts';
import { COLUMNS, judgeChange } from './corpus/judge-change.ts';
import { readCorpus } from './corpus/real-change.ts';
import { BROKEN_LINES, RECORDED_MISSES } from './corpus/recorded.ts';

/** Third parties' files, used in place where they are there: never part of this repository. */
const CORPUS = join(packageRoot(), '..', 'shared', 'corpus');

const present = existsSync(CORPUS);
if (!present) console.log(`not run: real changes and broken files (${CORPUS} does not exist)`);
const among = (directory: string): ReturnType<typeof readCorpus> =>
  present ? readCorpus(join(CORPUS, directory)) : { changes: [], broken: [] };

describe('a real change is judged as people and real Ansible did, but for misses with a reason', () => {
  const { changes } = among('cases');
  if (changes.length === 0) test.skip('no corpus here', () => {});
  for (const change of changes) {
    test(`${change.name} ${change.meta.repo}`, async () => {
      const answers = await judgeChange(change, NEWEST_MINOR);
      const recorded = RECORDED_MISSES[change.name] ?? {};
      const missesOf = (explained: boolean): readonly string[] =>
        COLUMNS.filter(column => (recorded[column] !== undefined) === explained).flatMap(column =>
          (answers[column]?.misses ?? []).map(miss => `${column}: ${miss}`),
        );
      expect(missesOf(false)).toEqual([]);
      for (const column of COLUMNS) {
        if (recorded[column] !== undefined) expect([column, answers[column]?.misses ?? []]).not.toEqual([column, []]);
      }
    });
  }
});

describe('a real broken file is told at the line that is wrong', () => {
  const { broken } = among('bad');
  if (broken.length === 0) test.skip('no corpus here', () => {});
  for (const file of broken) {
    test(`${file.name} ${file.path}`, async () => {
      expect((await judgeBroken(file, BROKEN_LINES[file.name], NEWEST_MINOR)).miss).toBeNull();
    });
  }
});
