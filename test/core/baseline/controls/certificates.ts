import { config, FACT, flagged } from '../situation.ts';
import { modeRow, ownerRow } from './file-rows.ts';
import type { Rows } from './row.ts';

const CA = 'authentication: {x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}}\n';

const RSA = 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256';
const ECDSA = 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256';

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
  'KG-CERT-05': {
    pass: [
      config('tlsMinVersion: VersionTLS13'),
      config('tlsMinVersion: ""'),
      flagged('--tls-min-version=VersionTLS12'),
    ],
    violated: [config('tlsMinVersion: VersionTLS11'), flagged('--tls-min-version=VersionTLS10')],
    undecided: [config(`tlsMinVersion: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-CERT-07': {
    pass: [
      config(`serverTLSBootstrap: true\ntlsCipherSuites: [${ECDSA}]`),
      config(`tlsCipherSuites: [${RSA}]`),
      config(`tlsCertFile: /a.crt\ntlsCipherSuites: [${RSA}, ${ECDSA}]`),
      config(`tlsCertFile: ${FACT}\ntlsCipherSuites: [${RSA}, ${ECDSA}]`),
    ],
    violated: [
      config(`tlsCipherSuites: [${ECDSA}]`),
      config(`serverTLSBootstrap: true\ntlsCipherSuites: [${RSA}]`),
      flagged(`--tls-cipher-suites=${ECDSA}`),
    ],
    undecided: [
      config(`tlsCertFile: /a.crt\ntlsPrivateKeyFile: /a.key\ntlsCipherSuites: [${ECDSA}]`),
      config(`serverTLSBootstrap: ${FACT}\ntlsCipherSuites: [${ECDSA}]`),
      config(`tlsCipherSuites: ["${FACT}"]`),
    ],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-CERT-08': {
    pass: [config('tlsCurvePreferences: [29, 4588]'), config('tlsCurvePreferences: []')],
    violated: [config('tlsCurvePreferences: [29, 21]')],
    undecided: [config(`tlsCurvePreferences: [29, ${FACT}]`)],
    absent: { file: 'pass', flags: 'pass' },
  },
};
