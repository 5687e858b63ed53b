import { createHash } from 'node:crypto';
import type { ApprovedChange } from '../../../core/apply/types.ts';

/** The type and data of one event; the envelope is made around it. */
export type Told = readonly [type: string, data: Readonly<Record<string, unknown>>];

export const RUN = '6f1c1f3e-8f0a-4a53-9a51-0d6f1f0c0001';
export const TREE = 'b'.repeat(40);
export const COMMIT = 'a'.repeat(40);
export const EXTRA_VARS = 'e'.repeat(64);

/** A governed file, and the SHA-256 that was approved for it and one that was not. */
export const DEST = '/var/lib/kubelet/config.yaml';
export const GOOD = '1'.repeat(64);
export const BAD = '2'.repeat(64);

/** What was approved of the commit the report is about. */
export const APPROVED: ApprovedChange = { commit: COMMIT, tree: TREE, hostDigests: { cp1: { [DEST]: GOOD } } };

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** A chain of lines as the callback writes it. */
export function linesOf(events: readonly Told[], run = RUN, from = '2026-11-25T10:00:00.000Z'): string[] {
  const lines: string[] = [];
  for (const [seq, [type, data]] of events.entries()) {
    const prev = seq === 0 ? '0'.repeat(64) : sha256(lines.at(-1)!);
    const ts = new Date(Date.parse(from) + seq * 1000).toISOString();
    lines.push(JSON.stringify({ data, mono_us: seq * 1000, prev, run, seq, ts, type, v: 1 }));
  }
  return lines;
}

export const start = (
  git: Readonly<Record<string, unknown>> | null = {},
  more: Readonly<Record<string, unknown>> = {},
): Told => [
  'run.start',
  {
    playbook: 'site.yml',
    repo: 'acme/nodes',
    cli: { check: false },
    extra_vars: { digest: EXTRA_VARS },
    git: git === null ? null : { commit: COMMIT, tree: TREE, worktree: TREE, remote: null, dirty: false, ...git },
    controller: { host: 'ctl', user: 'mona' },
    plugin_sha256: 'f'.repeat(64),
    ...more,
  },
];

export const gate = (verdict = 'approved'): Told => [
  'run.gate',
  { verdict, reason: null, approval: { change: 'acme/nodes#12', pr: 12 } },
];

export const play = (targets: readonly string[], leftOut: readonly string[] = []): Told => [
  'play.start',
  { play: 'nodes', uuid: 'play', targets, left_out_by_limit: leftOut },
];

export const state = (
  host: string,
  dest: string,
  when: 'before' | 'after',
  sha256: string | null,
  exists = true,
): Told => ['file.state', { host, dest, when, exists, sha256 }];

export const task = (host: string, data: Readonly<Record<string, unknown>>): Told => [
  'task.result',
  { host, role: 'kubelet', task: 'Write it', action: 'template', status: 'ok', changed: false, check: false, ...data },
];

export const coverage = (host: string, role: string, more: Readonly<Record<string, unknown>> = {}): Told => [
  'role.coverage',
  { host, role, missing: [], first_mono_us: 1, last_mono_us: 2, complete: true, ...more },
];

/** `events` is filled in when the chain is made by `whole`. */
export const end = (hosts: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}): Told => [
  'run.end',
  {
    status: 'ok',
    check: false,
    hosts,
    pending_restart: {},
    unapproved_inputs: [],
    recorder_fault: null,
    events: 0,
    ...more,
  },
];

/** The events with the count in their end put right. */
export function whole(events: readonly Told[]): Told[] {
  return events.map(([type, data], seq) => (type === 'run.end' ? [type, { ...data, events: seq }] : [type, data]));
}

export const counts = (changed = 0, failures = 0, unreachable = 0) => ({ ok: 1, changed, failures, unreachable });
