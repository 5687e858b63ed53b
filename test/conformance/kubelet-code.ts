import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { LintCase } from '../../core/kubelet/lint.ts';
import type { Minor } from '../../core/kubelet/types.ts';
import type { Compared } from './vector.ts';

/** What the loading code of a real kubelet answers; `message` is its own text of the refusal. */
export type KubeletAnswer = Readonly<Record<Compared, unknown> & { id: string; message?: string }>;

/** The Go program of test/conformance/oracle, built for one minor and kept running. */
export type KubeletCode = Readonly<{
  /** Answers of cases, in order. Rejects when the program ends before it has answered them all. */
  answer: (cases: readonly LintCase[]) => Promise<readonly KubeletAnswer[]>;
  /** Ends the program. */
  close: () => Promise<void>;
}>;

/** Where `test/conformance/oracle/build MINOR` leaves the program, relative to the repository. */
export function kubeletCodePath(minor: Minor): string {
  return `test/conformance/oracle/bin/kubelet-${minor}`;
}

/** Starts the program of a minor. */
export function startKubeletCode(path: string): KubeletCode {
  const child: ChildProcess = spawn(path, [], { stdio: ['pipe', 'pipe', 'ignore'], env: {} });
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error(`${path} has no standard streams`);
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  stdin.on('error', () => undefined);
  const ended = once(child, 'exit');
  return {
    answer: async cases => {
      const answers: KubeletAnswer[] = [];
      const sending = (async () => {
        for (const one of cases) {
          if (!stdin.write(`${JSON.stringify(one)}\n`)) await Promise.race([once(stdin, 'drain'), ended]);
        }
      })();
      while (answers.length < cases.length) {
        const line = await lines.next();
        if (line.done) throw new Error(`${path} ended at case ${JSON.stringify(cases[answers.length])}`);
        answers.push(JSON.parse(line.value) as KubeletAnswer);
      }
      await sending;
      return answers;
    },
    close: async () => {
      stdin.end();
      await ended;
    },
  };
}
