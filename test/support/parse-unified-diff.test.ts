import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ChangedFile } from '../../core/review/changed-file.ts';
import { insideHunk } from '../../core/review/changed-file.ts';
import { parsePatch, parseUnifiedDiff } from './parse-unified-diff.ts';

describe('a unified diff from git', () => {
  let directory = '';
  let files: ReadonlyMap<string, ChangedFile> = new Map();
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      cwd: directory,
      encoding: 'utf8',
    });
  const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join('');

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'unified-diff-'));
    const write = (path: string, text: string | Buffer) => writeFileSync(join(directory, path), text);
    git('init', '-q');
    mkdirSync(join(directory, 'ä dir'));
    write('edited.yml', numbered(30));
    write('ä dir/täb\there.yml', 'a: 1\n');
    write('moved.yml', numbered(30));
    write('gone.yml', '-- a\n--- b\n');
    write('bin', Buffer.from([0, 1, 2]));
    write('exec.sh', 'true\n');
    write('link', 'text\n');
    git('add', '-A');
    git('commit', '-qm', 'base');
    write('edited.yml', numbered(30).replace('line 3\n', '').replace('line 20\n', 'line twenty\nand one more\n'));
    write('ä dir/täb\there.yml', 'a: 2\n');
    renameSync(join(directory, 'moved.yml'), join(directory, 'new name.yml'));
    write('new name.yml', numbered(30).replace('line 1\n', 'line one\n'));
    rmSync(join(directory, 'gone.yml'));
    write('fresh.yml', '++ x\n+++ y\nno newline at end');
    write('bin', Buffer.from([0, 1, 3]));
    execFileSync('chmod', ['+x', join(directory, 'exec.sh')]);
    unlinkSync(join(directory, 'link'));
    symlinkSync('/etc/passwd', join(directory, 'link'));
    git('add', '-A');
    files = new Map(parseUnifiedDiff(git('diff', '--cached', '-M')).map(file => [file.path, file]));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  test('names added and removed lines by their numbers in head and base', () => {
    const edited = files.get('edited.yml');
    expect([...(edited?.removedLines ?? [])]).toEqual([3, 20]);
    expect([...(edited?.addedLines ?? [])]).toEqual([19, 20]);
    expect(edited?.hunks).toHaveLength(2);
    expect(edited?.status).toBe('modified');
  });

  test('shows context lines inside hunks and nothing outside them', () => {
    const edited = files.get('edited.yml')!;
    expect(insideHunk(edited, 5, 'RIGHT')).toBe(true);
    expect(insideHunk(edited, 10, 'RIGHT')).toBe(false);
    expect(insideHunk(edited, 3, 'LEFT')).toBe(true);
  });

  test('keeps both names of a rename', () => {
    expect(files.get('new name.yml')).toMatchObject({ status: 'renamed', previousPath: 'moved.yml' });
    expect([...(files.get('new name.yml')?.addedLines ?? [])]).toEqual([1]);
  });

  test('reads quoted names with spaces, tabs and letters outside ASCII', () => {
    expect(files.get('ä dir/täb\there.yml')?.status).toBe('modified');
  });

  test('is not fooled by content that looks like headers', () => {
    expect([...(files.get('gone.yml')?.removedLines ?? [])]).toEqual([1, 2]);
    expect(files.get('gone.yml')?.status).toBe('removed');
    expect([...(files.get('fresh.yml')?.addedLines ?? [])]).toEqual([1, 2, 3]);
    expect(files.get('fresh.yml')?.status).toBe('added');
  });

  test('knows binary files, mode changes and a file that becomes a link', () => {
    expect(files.get('bin')).toMatchObject({ status: 'modified', hunks: [] });
    expect(files.get('exec.sh')).toMatchObject({ status: 'changed', hunks: [] });
    expect(files.has('link')).toBe(true);
  });
});

test('a patch as GitHub gives it for one file has hunks and no headers', () => {
  const { hunks, addedLines, removedLines } = parsePatch('@@ -1,2 +1,2 @@ top\n-a\n+b\n c\n@@ -9 +9,0 @@\n-z');
  expect(hunks).toEqual([
    { oldStart: 1, oldLines: 2, newStart: 1, newLines: 2 },
    { oldStart: 9, oldLines: 1, newStart: 9, newLines: 0 },
  ]);
  expect([...addedLines]).toEqual([1]);
  expect([...removedLines]).toEqual([1, 9]);
});

test.each(['', 'nonsense', '@@ -1 +1 @@', 'diff --git a/x b/y', '@@ -1,99999999 +1,99999999 @@\n x', '@@ -a +b @@'])(
  'reads %j without failing',
  text => {
    expect(() => [parseUnifiedDiff(text), parsePatch(text)]).not.toThrow();
  },
);
