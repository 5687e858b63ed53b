import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { readKubeletFacts } from '../config/kubelet-facts.ts';
import { type LintAnswer, type LintCase, type LintProblem, lint } from '../core/kubelet/lint.ts';
import type { Minor } from '../core/kubelet/types.ts';
import { EXIT, print, Unanswerable } from './exit.ts';
import { minorsOption, NEWEST_MINOR } from './minor.ts';

type Options = Readonly<{
  kubernetes: readonly Minor[];
  dropIn: readonly string[];
  arg: readonly string[];
  config: boolean;
  batch?: boolean;
  json?: boolean;
}>;

const collect = (value: string, before: readonly string[]) => [...before, value];

/**
 * `lint FILE`: would this kubelet start with this file? Exits 1 when it would not, or not with what is written. Of
 * several minors every one has to; with --json the answers are then an array.
 */
export function lintCommand(): Command {
  return new Command('lint')
    .description('would a kubelet start with this file, and with which values?')
    .argument('[file]', 'a KubeletConfiguration')
    .option('--kubernetes <minors>', 'Kubernetes minor, or several for an upgrade: 1.35,1.36', minorsOption, [
      NEWEST_MINOR,
    ])
    .option('--drop-in <name=file>', 'a file of --config-dir, e.g. 10-x.conf=path', collect, [])
    .option('--arg <flag>', 'an argument of the kubelet, e.g. --arg=--read-only-port=0', collect, [])
    .option('--no-config', 'the kubelet runs without --config')
    .option('--batch', 'read one case per line as JSON, print one answer per line')
    .option('--json', 'one JSON document')
    .action(async (file: string | undefined, options: Options) => {
      const facts = readKubeletFacts();
      const answer = (one: LintCase) => options.kubernetes.map(minor => lint(one, minor, facts));
      if (options.batch) return batch(one => oneOrAll(answer(one)));
      if (options.config === (file === undefined)) throw new Unanswerable('give a FILE, or --no-config');
      const dropIns = options.dropIn.map(one => {
        const split = one.indexOf('=');
        if (split < 1) throw new Unanswerable(`--drop-in ${one}: must be NAME.conf=FILE`);
        return { name: one.slice(0, split), file: one.slice(split + 1) };
      });
      const files = new Map([['config', file ?? ''], ...dropIns.map(one => [one.name, one.file] as const)]);
      const answers = answer({
        yaml: file === undefined ? '' : text(file),
        noConfig: !options.config,
        args: options.arg,
        dropins: dropIns.map(one => ({ name: one.name, yaml: text(one.file) })),
      }).map(one => ({
        ...one,
        problems: one.problems.map(problem => ({ file: fileOf(problem, files), ...problem })),
      }));
      await print(options.json ? JSON.stringify(oneOrAll(answers), null, 2) : answers.map(inWords).join('\n'));
      process.exitCode = answers.every(({ accepted, lenient }) => accepted === true && !lenient) ? EXIT.fine : EXIT.no;
    });
}

function oneOrAll<Answer>(answers: readonly Answer[]): Answer | readonly Answer[] {
  return answers.length === 1 && answers[0] !== undefined ? answers[0] : answers;
}

function fileOf(problem: LintProblem, files: ReadonlyMap<string, string>): string {
  return files.get(problem.in) ?? problem.in;
}

function inWords(
  answer: Omit<LintAnswer, 'problems'> & Readonly<{ problems: readonly (LintProblem & Readonly<{ file: string }>)[] }>,
): string {
  const lines = answer.problems.map(({ file, line, column, message, path, would }) => {
    const place = line > 0 ? `${file}:${line}:${column}` : file;
    return `${place}: ${path === '' || message.startsWith(path) ? '' : `${path}: `}${message} (${would})`;
  });
  const ending = answer.accepted
    ? `a ${answer.kubernetes} kubelet starts with this`
    : `a ${answer.kubernetes} kubelet does not start with this`;
  return [...lines, ending].join('\n');
}

async function batch(answer: (one: LintCase) => unknown): Promise<void> {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    let one: LintCase;
    try {
      one = JSON.parse(line) as LintCase;
    } catch (cause) {
      throw new Unanswerable('a line of the batch is not JSON', { cause });
    }
    await print(JSON.stringify(answer(one)));
  }
}

function text(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Unanswerable(`${file} cannot be read`, { cause });
  }
}
