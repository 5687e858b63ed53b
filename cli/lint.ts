import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { readKubeletFacts } from '../config/kubelet-facts.ts';
import { type LintCase, lint } from '../core/kubelet/lint.ts';
import type { Minor } from '../core/kubelet/types.ts';
import { EXIT, print, Unanswerable } from './exit.ts';
import { minorOption, NEWEST_MINOR } from './minor.ts';

type Options = Readonly<{
  kubernetes: Minor;
  dropIn: readonly string[];
  arg: readonly string[];
  config: boolean;
  batch?: boolean;
  json?: boolean;
}>;

const collect = (value: string, before: readonly string[]) => [...before, value];

/** `lint FILE`: would this kubelet start with this file? Exits 1 when it would not, or not with what is written. */
export function lintCommand(): Command {
  return new Command('lint')
    .description('would a kubelet start with this file, and with which values?')
    .argument('[file]', 'a KubeletConfiguration')
    .option('--kubernetes <minor>', 'Kubernetes minor', minorOption, NEWEST_MINOR)
    .option('--drop-in <name=file>', 'a file of --config-dir, e.g. 10-x.conf=path', collect, [])
    .option('--arg <flag>', 'an argument of the kubelet, e.g. --arg=--read-only-port=0', collect, [])
    .option('--no-config', 'the kubelet runs without --config')
    .option('--batch', 'read one case per line as JSON, print one answer per line')
    .option('--json', 'one JSON document')
    .action(async (file: string | undefined, options: Options) => {
      const facts = readKubeletFacts();
      if (options.batch) return batch(options.kubernetes, facts);
      if (options.config === (file === undefined)) throw new Unanswerable('give a FILE, or --no-config');
      const answer = lint(
        {
          yaml: file === undefined ? '' : text(file),
          noConfig: !options.config,
          args: options.arg,
          dropins: options.dropIn.map(one => {
            const split = one.indexOf('=');
            if (split < 1) throw new Unanswerable(`--drop-in ${one}: must be NAME.conf=FILE`);
            return { name: one.slice(0, split), yaml: text(one.slice(split + 1)) };
          }),
        },
        options.kubernetes,
        facts,
      );
      if (options.json) await print(JSON.stringify(answer, null, 2));
      else {
        const lines = answer.problems.map(
          ({ line, column, message, path }) =>
            `${file ?? 'flags'}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`,
        );
        const ending = answer.accepted
          ? `a ${answer.kubernetes} kubelet starts with this`
          : `a ${answer.kubernetes} kubelet does not start with this`;
        await print([...lines, ending].join('\n'));
      }
      process.exitCode = answer.accepted === true && !answer.lenient ? EXIT.fine : EXIT.no;
    });
}

async function batch(minor: Minor, facts: ReturnType<typeof readKubeletFacts>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    let one: LintCase;
    try {
      one = JSON.parse(line) as LintCase;
    } catch (cause) {
      throw new Unanswerable('a line of the batch is not JSON', { cause });
    }
    await print(JSON.stringify(lint(one, minor, facts)));
  }
}

function text(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Unanswerable(`${file} cannot be read`, { cause });
  }
}
