import { FACT, type Files, type Situation } from '../situation.ts';
import type { Rows } from './row.ts';

/** A repository with a kubelet and these files. */
const holding = (files: Files): Situation => ({ config: 'maxPods: 110', files });

const BODY = 'MIIEpAIBAAKCAQEA3Tz2mr7SZiAMfQyuvBjM9Oi8mQqx5yZc1dY0m7bR1nq8xQ4z';
const pem = (kind: string, body = BODY): string =>
  `-----BEGIN ${kind}PRIVATE KEY-----\n${body}\n-----END ${kind}PRIVATE KEY-----\n`;
/** Of the form of a bootstrap token, made up here. */
const TOKEN = 'q7m2xd.p4t9v0z1k8w3r6yb';
const EXAMPLE = 'abcdef.0123456789abcdef';

const CHECKOUT = 'jobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n';
const workflow = (on: string, jobs = CHECKOUT): Situation =>
  holding({ '.github/workflows/ci.yml': `on:\n${on}\n${jobs}` });
const runs = (command: string, on = '  schedule: [{cron: "0 4 * * *"}]'): Situation =>
  workflow(on, `${CHECKOUT}      - run: ${command}\n`);
const owners = (text: string, file = 'CODEOWNERS'): Situation => holding({ [file]: text });
const requirements = (text: string, file = 'requirements.yml'): Situation => holding({ [file]: text });
const collection = (more: string): Situation => requirements(`collections:\n  - {name: community.general${more}}\n`);
const gitRole = (version: string): Situation =>
  requirements(`roles:\n  - src: https://github.com/example/role.git\n    scm: git\n    version: ${version}\n`);

/** A kubelet on two groups of hosts whose variables are these. */
const environments = (dev: string, prod: string, more: Files = {}): Situation => ({
  config: 'authorization: {mode: "{{ mode }}"}\nrotateCertificates: {{ rotate | default(true) }}',
  files: {
    'inventory.ini': '[dev]\nnode-1\n[prod]\nnode-2\n',
    'group_vars/dev.yml': dev,
    'group_vars/prod.yml': prod,
    ...more,
  },
});

const PASSES = { file: 'pass', flags: 'pass' } as const;
const NOTHING = { file: 'not-applicable', flags: 'not-applicable' } as const;

export const REPOSITORY_ROWS: Rows = {
  'KG-AUTHN-06': {
    pass: [
      holding({ 'group_vars/all.yml': `# token: ${EXAMPLE}\nkubeadm_token: "{{ vault_token }}"\n` }),
      holding({ 'README.md': `kubeadm join --token ${EXAMPLE}\n` }),
      holding({ 'group_vars/all.yml': 'token: xxxxxx.xxxxxxxxxxxxxxxx\nbootstrap: docker.containerruntime\n' }),
      holding({ 'group_vars/all.yml': `checksum: ${TOKEN}\n` }),
      holding({ 'vault.yml': `$ANSIBLE_VAULT;1.1;AES256\ntoken ${TOKEN}\n` }),
    ],
    violated: [
      holding({ 'group_vars/all.yml': `kubeadm_token: ${TOKEN}\n` }),
      holding({
        'files/bootstrap-kubelet.conf': `users:\n- name: tls-bootstrap-token-user\n  user:\n    token: ${TOKEN}\n`,
      }),
      holding({
        'notes.txt': `kubeadm join 10.0.0.1:6443 --token ${TOKEN} --discovery-token-unsafe-skip-ca-verification\n`,
      }),
    ],
    undecided: [holding({ 'group_vars/all.yml': `kubeadm_token: ${EXAMPLE}\n` })],
    absent: PASSES,
  },
  'KG-CERT-14': {
    pass: [
      holding({ 'files/ca.crt': '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n' }),
      holding({ 'templates/key.j2': pem('RSA ', '{{ vault_key }}') }),
      holding({ 'README.md': pem('', '...') }),
      holding({ 'files/key': pem('ENCRYPTED ') }),
      holding({ 'files/key': `$ANSIBLE_VAULT;1.1;AES256\n${pem('')}` }),
    ],
    violated: [
      holding({ 'files/key': pem('RSA ') }),
      holding({ 'group_vars/all.yml': `key: |\n${pem('EC ').replace(/^/gm, '  ')}` }),
      holding({ 'group_vars/all.yml': `key: "${pem('').replaceAll('\n', '\\n')}"\n` }),
      holding({ 'files/kubelet.conf': `client-key-data: ${Buffer.from(pem('RSA ')).toString('base64')}\n` }),
    ],
    undecided: [holding({ 'files/all.pem': '#'.repeat(1024 * 1024 + 1) })],
    absent: PASSES,
  },
  'KG-LC-12': {
    pass: [
      environments('mode: Webhook\n', 'mode: Webhook\n'),
      environments('mode: AlwaysAllow\n', 'mode: AlwaysAllow\n'),
    ],
    violated: [
      environments('mode: AlwaysAllow\n', 'mode: Webhook\n'),
      environments('mode: Webhook\nrotate: false\n', 'mode: Webhook\n'),
      environments('mode: Webhook\n', 'mode: Webhook\n', { 'host_vars/node-2.yml': 'mode: AlwaysAllow\n' }),
    ],
    undecided: [environments(`mode: "${FACT}"\n`, 'mode: Webhook\n')],
    absent: PASSES,
  },
  'KG-LC-16': {
    pass: [
      workflow('  pull_request:'),
      workflow('  pull_request: {branches: [main]}'),
      workflow('  pull_request: {paths: ["**"]}'),
      workflow('  pull_request: {paths: ["roles/**", "*.yml", "inventory*"]}'),
      workflow('  pull_request: {paths-ignore: ["docs/**", "**.md"]}'),
      workflow('  pull_request: {paths: ["!roles/**", "**"]}'),
    ],
    violated: [
      workflow('  push:'),
      workflow('  pull_request: {types: [labeled]}'),
      workflow('  pull_request: {paths: ["roles/**"]}'),
      workflow('  pull_request: {paths: ["*"]}'),
      workflow('  pull_request: {paths: ["**", "!roles/**"]}'),
      workflow('  pull_request: {paths-ignore: ["**/*.j2"]}'),
      workflow('  pull_request:', 'jobs:\n  label:\n    steps:\n      - uses: actions/labeler@v5\n'),
      holding({ 'ci/lint.yml': `on:\n  pull_request:\n${CHECKOUT}` }),
    ],
    undecided: [holding({ '.github/workflows/ci.yml': 'on: [' })],
    absent: NOTHING,
  },
  'KG-LC-17': {
    pass: [
      owners('* @example/security\n'),
      owners('roles/ @example/security\n/inventory.ini @one\nsite.yml someone@example.com\n', '.github/CODEOWNERS'),
      owners('/roles/kubelet/ @example/security\n', 'docs/CODEOWNERS'),
      owners('* @a\n/other/ \n'),
    ],
    violated: [
      owners('/other/ @example/security\n'),
      owners('* @example/security\n/roles/\n'),
      owners('/roles/* @example/security\n'),
      owners('* example\n'),
      owners('* @example/security\n*.j2\n'),
      holding({ '.github/CODEOWNERS': '/other/ @a\n', CODEOWNERS: '* @a\n' }),
      holding({ '.github/dependabot.yml': 'version: 2\n' }),
    ],
    undecided: [holding({ CODEOWNERS: `* @a\n${'#'.repeat(1024 * 1024)}` })],
    absent: NOTHING,
  },
  'KG-LC-19': {
    pass: [
      collection(', version: 9.5.1'),
      collection(', version: "==9.5.1"'),
      requirements('- src: geerlingguy.docker\n  version: "7.4.1"\n', 'roles/requirements.yml'),
      gitRole('v1.2.3'),
      gitRole('0123456789abcdef0123456789abcdef01234567'),
      requirements('collections:\n  - community.general:9.5.1\n', 'collections/requirements.yaml'),
    ],
    violated: [
      collection(''),
      collection(', version: ">=9.0.0"'),
      collection(', version: "*"'),
      requirements('collections: [community.general]\n'),
      requirements('- src: geerlingguy.docker\n'),
      gitRole('main'),
      gitRole('abc1234'),
    ],
    undecided: [gitRole('release-candidate'), collection(', type: url'), requirements('roles: [')],
    absent: NOTHING,
  },
  'KG-LC-22': {
    pass: [
      runs('ansible-playbook -i inventory.ini site.yml --check --diff'),
      runs('"cd a && ansible-playbook site.yml -CD"'),
      runs('|\n          ansible-playbook \\\n            --check --diff site.yml'),
    ],
    violated: [
      runs('ansible-playbook site.yml'),
      runs('ansible-playbook site.yml --check'),
      runs('ansible-playbook site.yml --check --diff', '  push:'),
      workflow('  schedule: [{cron: "0 4 * * *"}]'),
    ],
    undecided: [
      runs('./ci/drift.sh'),
      runs('make drift'),
      workflow(
        '  schedule: [{cron: "0 4 * * *"}]',
        'jobs:\n  a:\n    uses: example/ci/.github/workflows/drift.yml@v1\n',
      ),
    ],
    absent: NOTHING,
  },
};
