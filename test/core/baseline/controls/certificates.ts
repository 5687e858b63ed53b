import { config, FACT, flagged } from '../situation.ts';
import { modeRow, ownerRow } from './file-rows.ts';
import type { Rows } from './row.ts';

const CA = 'authentication: {x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}}\n';

export const CERTIFICATES: Rows = {
  'KG-CERT-01': {
    pass: [config('rotateCertificates: true'), flagged('--rotate-certificates')],
    violated: [
      config('rotateCertificates: false'),
      { config: 'rotateCertificates: true\n', args: ['--rotate-certificates=false'] },
    ],
    undecided: [config(`rotateCertificates: ${FACT}`)],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-CERT-02': {
    pass: [config('serverTLSBootstrap: true'), config('tlsCertFile: /a.crt\ntlsPrivateKeyFile: /a.key')],
    violated: [config('serverTLSBootstrap: false'), config('tlsCertFile: /a.crt')],
    undecided: [config(`serverTLSBootstrap: ${FACT}`), config(`tlsCertFile: ${FACT}\ntlsPrivateKeyFile: /a.key`)],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-CERT-03': {
    pass: [config('tlsCertFile: /a.crt\ntlsPrivateKeyFile: /a.key')],
    violated: [config('tlsCertFile: /a.crt'), config('tlsPrivateKeyFile: /a.key')],
    undecided: [config(`tlsCertFile: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-CERT-04': {
    pass: [
      config('featureGates: {RotateKubeletServerCertificate: true, AllBeta: false}'),
      config('featureGates: {AllAlpha: false}'),
    ],
    violated: [
      config('featureGates: {RotateKubeletServerCertificate: false}'),
      config('featureGates: {AllBeta: false}'),
      flagged('--feature-gates=RotateKubeletServerCertificate=false'),
    ],
    undecided: [
      config(`featureGates: {RotateKubeletServerCertificate: ${FACT}}`),
      config(`featureGates: ${FACT}`),
      config(`featureGates:\n  MemoryQoS: true\n  ${FACT}`),
      flagged(`--feature-gates=${FACT}`),
    ],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-CERT-06': {
    pass: [
      config('tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256]'),
    ],
    violated: [
      config('tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_AES_128_GCM_SHA256]'),
      config('tlsCipherSuites: []'),
    ],
    undecided: [config(`tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, ${FACT}]`)],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-CERT-09': modeRow('/etc/kubernetes/pki/ca.crt', ['0644', '0444', '0600'], ['0664', '0645', '1204'], {
    config: CA,
  }),
  'KG-CERT-10': ownerRow('/etc/kubernetes/pki/ca.crt', { config: CA }),
};
