import { config, FACT, flagged, onMinor } from '../situation.ts';
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
  'KG-AUTHZ-02': {
    pass: [
      config('authorization: {webhook: {cacheAuthorizedTTL: 5m, cacheUnauthorizedTTL: 30s}}'),
      config('authorization: {webhook: {cacheUnauthorizedTTL: 0s}}'),
    ],
    violated: [
      config('authorization: {webhook: {cacheAuthorizedTTL: 5m1s}}'),
      config('authorization: {webhook: {cacheUnauthorizedTTL: 5m}}'),
      flagged('--authorization-webhook-cache-authorized-ttl=1h'),
    ],
    undecided: [config(`authorization: {webhook: {cacheAuthorizedTTL: ${FACT}}}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-AUTHZ-04': {
    pass: [
      config('authentication: {webhook: {enabled: false}, x509: {clientCAFile: /ca.crt}}'),
      config('authentication: {webhook: {enabled: false}}\nauthorization: {mode: AlwaysAllow}'),
      config(`authorization: {mode: ${FACT}}`),
    ],
    violated: [
      config('authentication: {webhook: {enabled: false}}'),
      config('authentication: {webhook: {enabled: false}, x509: {clientCAFile: ""}}'),
    ],
    undecided: [
      config(`authentication: {webhook: {enabled: ${FACT}}}`),
      config(`authentication: {webhook: {enabled: false}}\nauthorization: {mode: ${FACT}}`),
    ],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-AUTHZ-05': {
    pass: [onMinor('1.33', config('featureGates: {KubeletFineGrainedAuthz: true}'))],
    violated: [
      onMinor('1.33', config('featureGates: {KubeletFineGrainedAuthz: false}')),
      onMinor('1.35', config('featureGates: {AllBeta: false}')),
      config('featureGates: {KubeletFineGrainedAuthz: false}'),
    ],
    undecided: [onMinor('1.33', config(`featureGates: {KubeletFineGrainedAuthz: ${FACT}}`))],
    absent: { file: 'pass', flags: 'pass' },
  },
};
