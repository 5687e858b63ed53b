import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { EvaluationAnswer, EvaluationRequest } from './request.ts';

/** Why a verdict could not be had: the commit itself overwhelms the evaluation, or the evaluation was called off. */
export class EvaluationError extends Error {
  readonly code: 'timeout' | 'crashed' | 'aborted' | 'failed';
  constructor(code: EvaluationError['code'], message: string) {
    super(message);
    this.name = 'EvaluationError';
    this.code = code;
  }
}

export type EvaluatorOptions = Readonly<{
  /** Processes at most. */
  size: number;
  /** Heap limit of one process in MiB. */
  heapMiB: number;
  /** Wall-clock limit of one evaluation. */
  timeoutMs: number;
}>;

/**
 * Runs evaluations in child processes of their own, because hostile YAML can abort or block a Node process and no
 * `try` catches that (shared facts S28, S29). A child that dies or overruns costs its own evaluation and nothing else.
 * Children see no secret: their environment is PATH and HOME.
 */
export type Evaluator = Readonly<{
  /**
   * @throws EvaluationError `timeout` or `crashed` when the commit is too much for the limits (twice in a row: a
   * fresh process gets one more try after a crash), `aborted` when the signal fires, `failed` with the child's words.
   */
  evaluate(request: EvaluationRequest, signal?: AbortSignal): Promise<EvaluationAnswer>;
  close(): Promise<void>;
}>;

type Slot = { child: ChildProcess; busy: boolean };

export function openEvaluator(options: EvaluatorOptions): Evaluator {
  const slots: Slot[] = [];
  const waiting: (() => void)[] = [];
  let closed = false;

  const free = async (): Promise<Slot> => {
    for (;;) {
      if (closed) throw new EvaluationError('aborted', 'the evaluator is closed');
      const idle = slots.find(slot => !slot.busy);
      if (idle) return occupy(idle);
      if (slots.length < options.size) {
        const slot = { child: start(options.heapMiB), busy: false };
        slot.child.once('exit', () => slots.splice(slots.indexOf(slot), 1));
        slots.push(slot);
        return occupy(slot);
      }
      await new Promise<void>(resume => waiting.push(resume));
    }
  };
  const release = (slot: Slot) => {
    slot.busy = false;
    waiting.shift()?.();
  };

  const once = async (request: EvaluationRequest, signal?: AbortSignal): Promise<EvaluationAnswer> => {
    const slot = await free();
    try {
      return await ask(slot.child, request, options.timeoutMs, signal);
    } finally {
      release(slot);
    }
  };

  return {
    async evaluate(request, signal) {
      try {
        return await once(request, signal);
      } catch (error) {
        if (error instanceof EvaluationError && error.code === 'crashed') return once(request, signal);
        throw error;
      }
    },
    async close() {
      closed = true;
      for (const resume of waiting.splice(0)) resume();
      await Promise.all(
        slots.map(
          ({ child }) =>
            new Promise<void>(gone => {
              if (child.exitCode !== null || child.signalCode !== null) return gone();
              child.ref();
              child.once('exit', () => gone());
              child.kill('SIGKILL');
            }),
        ),
      );
    },
  };
}

function occupy(slot: Slot): Slot {
  slot.busy = true;
  return slot;
}

/** The compiled child program: beside this file in dist, below dist when this file runs from source (tests). */
function entry(): string {
  const beside = fileURLToPath(new URL('./child.js', import.meta.url));
  return existsSync(beside)
    ? beside
    : fileURLToPath(new URL('../../dist/adapters/evaluation/child.js', import.meta.url));
}

function start(heapMiB: number): ChildProcess {
  const child = fork(entry(), [], {
    execArgv: [`--max-old-space-size=${heapMiB}`],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/nonexistent', LANG: 'C.UTF-8' },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  child.unref();
  child.channel?.unref();
  return child;
}

function ask(
  child: ChildProcess,
  request: EvaluationRequest,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<EvaluationAnswer> {
  return new Promise((resolve, reject) => {
    child.ref();
    child.channel?.ref();
    const settle = (act: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      child.off('message', onMessage);
      child.off('exit', onExit);
      child.unref();
      child.channel?.unref();
      act();
    };
    const end = (code: EvaluationError['code'], message: string) => {
      child.kill('SIGKILL');
      settle(() => reject(new EvaluationError(code, message)));
    };
    const onMessage = (message: { answer: EvaluationAnswer } | { failed: string }) =>
      settle(() =>
        'answer' in message ? resolve(message.answer) : reject(new EvaluationError('failed', message.failed)),
      );
    const onExit = (code: number | null, by: NodeJS.Signals | null) =>
      settle(() => reject(new EvaluationError('crashed', `the evaluation process ended by ${by ?? `exit ${code}`}`)));
    const onAbort = () => end('aborted', 'a newer head has taken over');
    const timer = setTimeout(
      () => end('timeout', `the evaluation took longer than ${Math.round(timeoutMs / 1000)} s`),
      timeoutMs,
    );
    child.on('message', onMessage);
    child.once('exit', onExit);
    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    child.send(request, error => {
      if (error) settle(() => reject(new EvaluationError('crashed', 'the evaluation process is gone')));
    });
  });
}
