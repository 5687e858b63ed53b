import type { Unknown } from '../source/rope.ts';

/** A JSON value as the kubelet would serialise it. */
export type Json = null | boolean | number | string | readonly Json[] | Readonly<{ [key: string]: Json }>;

/** Kubernetes minors the facts in config/kubelet/ cover, oldest first. */
export const MINORS = ['1.31', '1.32', '1.33', '1.34', '1.35', '1.36'] as const;
export type Minor = (typeof MINORS)[number];

export type Stage = 'flags' | 'decode' | 'drop-in' | 'featureGates' | 'logging' | 'validation' | 'startup';

/** Characters [start, end) of a text: where a value stands. */
export type Span = Readonly<{ start: number; end: number }>;

/** A text the kubelet reads. `unknowns` explains the unknown tokens in it (core/source/rope). */
export type KubeletText = Readonly<{ name: string; text: string; unknowns?: ReadonlyMap<string, Unknown> }>;

/** One flag of the kubelet's command line. `value` is a string as typed, or unknown. */
export type KubeletFlag = Readonly<{
  /** With its dashes, canonical: `--read-only-port`. */
  name: string;
  value: string | Unknown;
  /** Typed without a value. */
  alone?: true;
}>;

export type KubeletInput = Readonly<{
  minor: Minor;
  /** The --config file; absent when the kubelet runs on flags alone. */
  config?: KubeletText;
  /** --config-dir files in lexical order. */
  dropIns: readonly KubeletText[];
  /** There is a --config-dir, even if no file in it counts. */
  configDirectory?: boolean;
  flags: readonly KubeletFlag[];
}>;

export type KubeletProblem = Readonly<{
  stage: Stage;
  /** `refuses`: this kubelet does not start. `ignores`: it starts, but not with what is written. */
  effect: 'refuses' | 'ignores';
  /** Field path, or '' when none is to blame. */
  path: string;
  message: string;
  /** Which text: `config`, a drop-in's name, or `flags`. */
  in: string;
  line: number;
  column: number;
  span?: Span;
  /** Rule of the refusal (`V029`, `S12`) where there is one. */
  rule?: string;
}>;

/**
 * One field after all steps. Paths are those of config/kubelet/fields: lists are one value; string maps have a path
 * per key (`featureGates.NodeSwap`, `evictionHard.memory.available`).
 */
export type EffectiveValue = Readonly<{
  value: { known: true; json: Json } | { known: false; unknown: Unknown };
  /**
   * What decided it. `default` is the file default, `flag-default` the legacy default of a kubelet without --config,
   * `distribution` a default of the program that starts the kubelet (k3s, rke2, kubeadm).
   */
  from: 'config' | 'drop-in' | 'flag' | 'default' | 'flag-default' | 'distribution';
  /** What the kubelet reports in /configz where that differs: --seccomp-default acts without being reported. */
  reported?: Json;
  /**
   * Where it stands: `in` names the text (`config`, a drop-in's name, `flags`). In `flags` the span counts entries of
   * KubeletInput.flags instead of characters. Absent for defaults.
   */
  at?: Readonly<{ in: string; span: Span }>;
}>;

export type KubeletVerdict = Readonly<{
  minor: Minor;
  /** null: cannot be said because an unknown value takes part. */
  accepted: boolean | null;
  lenient: boolean;
  stage: Stage | null;
  about: readonly string[];
  problems: readonly KubeletProblem[];
  /** What a kubelet says nothing about: zeros that defaulting replaces, gates that the next minor panics on. */
  surprises?: readonly KubeletProblem[];
  /** Every leaf field. Empty when refused before an effective configuration exists. */
  values: ReadonlyMap<string, EffectiveValue>;
  /**
   * Parent paths whose keys cannot all be known ('' is the root): an unknown stands alone on a line there, so keys
   * that are absent below may be set on the node.
   */
  open: ReadonlyMap<string, Unknown>;
}>;
