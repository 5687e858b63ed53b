import { type Html, html } from '../../core/report/html.ts';

type Tone = 'good' | 'bad' | 'warn' | 'plain';

const TONES: Readonly<Record<string, Tone>> = {
  pass: 'good',
  fail: 'bad',
  undecided: 'warn',
  approved: 'good',
  'needs-approval': 'warn',
  blocked: 'bad',
  weakens: 'bad',
  strengthens: 'good',
  introduced: 'bad',
  fixed: 'good',
  critical: 'bad',
  high: 'bad',
  medium: 'warn',
  ok: 'good',
  verifies: 'good',
  tampering: 'bad',
  failed: 'bad',
  refused: 'bad',
  denied: 'bad',
  unreachable: 'warn',
  incomplete: 'warn',
  'applied-as-approved': 'good',
  'not-proven': 'warn',
  'not-applied': 'warn',
  'merge-violation': 'bad',
  'unapproved-commit': 'bad',
  'run-refused': 'bad',
  'run-differs': 'bad',
  differs: 'bad',
  'run-incomplete': 'warn',
  'dead-delivery': 'warn',
  'dead-publication': 'warn',
};

/** A state in words, coloured by what it means; the word alone says it, too. */
export function badge(state: string): Html {
  return html`<span class="badge ${TONES[state] ?? 'plain'}">${state.replaceAll('-', ' ')}</span>`;
}
