import { config, FACT } from '../situation.ts';
import type { Rows } from './row.ts';

const CA = 'authentication: {x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}}\n';

export const AUTHN: Rows = {
  'KG-AUTHN-02': {
    pass: [config(CA)],
    violated: [
      config('authentication: {x509: {clientCAFile: /tmp/ca.crt}}'),
      config('authentication: {x509: {clientCAFile: ""}}'),
    ],
    undecided: [config(`authentication: {x509: {clientCAFile: "/etc/${FACT}/ca.crt"}}`)],
    absent: { file: 'violated', flags: 'violated' },
  },
};
