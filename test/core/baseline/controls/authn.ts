import { config, FACT, flagged, flagsOnly, onMinor } from '../situation.ts';
import type { Rows } from './row.ts';

const CA = 'authentication: {x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}}\n';

const webhook = (body: string) => config(`authentication: {webhook: {${body}}}`);

export const AUTHN: Rows = {
  'KG-AUTHN-01': {
    pass: [webhook('enabled: true'), flagsOnly('--authentication-token-webhook')],
    violated: [webhook('enabled: false'), flagged('--authentication-token-webhook=false')],
    undecided: [webhook(`enabled: ${FACT}`)],
    absent: { file: 'pass', flags: 'violated' },
  },
  'KG-AUTHN-02': {
    pass: [config(CA)],
    violated: [
      config('authentication: {x509: {clientCAFile: /tmp/ca.crt}}'),
      config('authentication: {x509: {clientCAFile: ""}}'),
    ],
    undecided: [config(`authentication: {x509: {clientCAFile: "/etc/${FACT}/ca.crt"}}`)],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-AUTHN-03': {
    pass: [webhook('cacheTTL: 2m'), webhook('cacheTTL: 0s'), flagged('--authentication-token-webhook-cache-ttl=10s')],
    violated: [webhook('cacheTTL: 2m1s'), flagged('--authentication-token-webhook-cache-ttl=1h')],
    undecided: [webhook(`cacheTTL: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-AUTHN-04': {
    pass: [flagged('--node-ip=10.0.0.1')],
    violated: [
      flagged('--client-ca-file=/etc/kubernetes/pki/ca.crt'),
      flagged('--authentication-token-webhook'),
      flagged('--authentication-token-webhook-cache-ttl', '2m'),
    ],
    undecided: [flagged(`--client-ca-file=${FACT}`), flagged(FACT)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-AUTHN-07': {
    pass: [
      onMinor(
        '1.34',
        config(
          'imagePullCredentialsVerificationPolicy: AlwaysVerify\nfeatureGates: {KubeletEnsureSecretPulledImages: true}',
        ),
      ),
      config('imagePullCredentialsVerificationPolicy: ""'),
    ],
    violated: [config('imagePullCredentialsVerificationPolicy: NeverVerify'), onMinor('1.34', config(''))],
    undecided: [config(`imagePullCredentialsVerificationPolicy: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
};
