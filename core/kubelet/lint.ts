import { acceptedByLoading } from './accepted-by-loading.ts';
import { readableDropIns } from './drop-in.ts';
import { effectiveConfiguration } from './effective.ts';
import { atLeast, type KubeletFacts } from './facts.ts';
import { readArguments } from './flags.ts';
import { loadKubelet } from './load-kubelet.ts';
import type { Json, KubeletProblem, Minor, Stage } from './types.ts';

/** One question to `lint`, as its batch mode reads it. */
export type LintCase = Readonly<{
  id?: string;
  yaml: string;
  dropins?: readonly Readonly<{ name: string; yaml: string }>[];
  args?: readonly string[];
  noConfig?: boolean;
}>;

/** The answer `kubelet-gate lint` prints (contract: keys are fixed, additions are free). */
export type LintAnswer = Readonly<{
  id?: string;
  kubernetes: Minor;
  accepted: boolean | null;
  lenient: boolean;
  stage: Stage | null;
  about: readonly string[];
  /** Refusals, and silent surprises: what this kubelet starts with, but not as written. */
  problems: readonly LintProblem[];
  effective: Json;
}>;

/** One refusal or surprise. */
export type LintProblem = Readonly<{
  stage: Stage;
  path: string;
  message: string;
  /** The text it stands in: `config`, a drop-in's name, or `flags`; line and column count from 1, 0 where none is known. */
  in: string;
  line: number;
  column: number;
  effect: KubeletProblem['effect'];
  /** What the kubelet would do, as a sentence. */
  would: string;
}>;

/** Would this kubelet start with this, and with which values? */
export function lint(question: LintCase, minor: Minor, facts: KubeletFacts): LintAnswer {
  const { id, yaml, dropins = [], args = [], noConfig = false } = question;
  const verdict = loadKubelet(
    {
      minor,
      ...(noConfig ? {} : { config: { name: 'config', text: yaml } }),
      configDirectory: dropins.length > 0,
      dropIns: readableDropIns(dropins).map(({ name, yaml: text }) => ({ name, text })),
      flags: readArguments(args, facts),
    },
    facts,
  );
  const { accepted, stage, about } = acceptedByLoading(verdict);
  return {
    ...(id === undefined ? {} : { id }),
    kubernetes: minor,
    accepted,
    lenient: verdict.lenient,
    stage,
    about,
    problems: [...verdict.problems, ...(verdict.surprises ?? [])].map(
      ({ stage, path, message, in: place, line, column, effect }) => ({
        stage,
        path,
        message,
        in: place,
        line,
        column,
        effect,
        would: whatItDoes(stage, effect, minor),
      }),
    ),
    effective: effectiveConfiguration(verdict, facts),
  };
}

function whatItDoes(stage: Stage, effect: KubeletProblem['effect'], minor: Minor): string {
  if (effect === 'refuses') {
    return stage === 'featureGates' && atLeast(minor, '1.32')
      ? `a ${minor} kubelet panics and restarts in a loop`
      : `a ${minor} kubelet exits and does not start`;
  }
  if (stage === 'featureGates') return `a ${minor} kubelet starts; the next minor panics and restarts in a loop`;
  if (stage === 'drop-in') return `a ${minor} kubelet starts without a word about it`;
  return `ignored: a ${minor} kubelet starts, with one line in its log at most`;
}
