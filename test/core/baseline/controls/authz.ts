import { config, FACT, flagged } from '../situation.ts';
import type { Rows } from './row.ts';

export const AUTHZ: Rows = {
  'KG-AUTHZ-01': {
    pass: [config('authorization: {mode: Webhook}'), config('authorization: {mode: ""}')],
    violated: [
      config('authorization: {mode: AlwaysAllow}'),
      config('authorization: {mode: webhook}'),
      flagged('--authorization-mode=AlwaysAllow'),
    ],
    undecided: [config(`authorization: {mode: ${FACT}}`)],
    absent: { file: 'pass', flags: 'violated' },
  },
  'KG-AUTHZ-03': {
    pass: [flagged('--authorization-mode=Webhook')],
    violated: [flagged('--authorization-mode=AlwaysAllow'), flagged('--authorization-mode', 'webhook')],
    undecided: [flagged(`--authorization-mode=${FACT}`)],
    absent: { file: 'pass', flags: 'violated' },
  },
};
