import { acceptedByLoading } from './accepted-by-loading.ts';
import { effectiveConfiguration } from './effective.ts';
import type { KubeletFacts } from './facts.ts';
import { readArguments } from './flags.ts';
import { loadKubelet } from './load-kubelet.ts';
import type { Json, Minor, Stage } from './types.ts';

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
  problems: readonly Readonly<{ stage: Stage; path: string; message: string; line: number; column: number }>[];
  effective: Json;
}>;

/** Would this kubelet start with this, and with which values? */
export function lint(question: LintCase, minor: Minor, facts: KubeletFacts): LintAnswer {
  const { id, yaml, dropins = [], args = [], noConfig = false } = question;
  const verdict = loadKubelet(
    {
      minor,
      ...(noConfig ? {} : { config: { name: 'config', text: yaml } }),
      dropIns: dropins.map(({ name, yaml: text }) => ({ name, text })),
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
    problems: verdict.problems.map(({ stage, path, message, line, column }) => ({
      stage,
      path,
      message,
      line,
      column,
    })),
    effective: effectiveConfiguration(verdict, facts),
  };
}
