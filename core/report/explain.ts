import { isBlocking } from '../baseline/is-blocking.ts';
import { KINDS } from '../baseline/kinds.ts';
import { isBeyondCovered, isInRange } from '../baseline/kubernetes-range.ts';
import type { AbsenceVerdict, Control, ControlKind, ControlResult } from '../baseline/types.ts';
import type { KubeletFacts } from '../kubelet/facts.ts';
import { MINORS, type Minor } from '../kubelet/types.ts';
import { absenceOf } from './absence.ts';
import { fixExample, valuesToSet } from './fix-example.ts';
import { jsonText } from './shown-value.ts';

type Subject = Readonly<{
  /** What is judged. */
  looksAt: string;
  /** Where people write what is asked for. */
  writtenIn: string;
}>;

const SUBJECTS: Readonly<Record<ControlKind, Subject>> = {
  KubeletConfiguration: {
    looksAt: 'the value the kubelet ends up with, whether a file, a drop-in, a flag or a default gives it',
    writtenIn: "the kubelet's configuration file",
  },
  'kubelet-flag': { looksAt: "the kubelet's command line", writtenIn: "the kubelet's command line" },
  'file-task': {
    looksAt: 'what the tasks make of the files on the node that match',
    writtenIn: 'the task that places the file',
  },
  KubeProxyConfiguration: {
    looksAt: "kube-proxy's configuration file",
    writtenIn: "kube-proxy's configuration file",
  },
  'kube-proxy-flag': {
    looksAt: "kube-proxy's command line, in manifests that tasks place or apply and in its unit",
    writtenIn: "kube-proxy's command line",
  },
  'ansible-task': { looksAt: 'the tasks that run on a node, and how they run', writtenIn: 'the task' },
  playbook: { looksAt: 'the plays and roles a node runs, in which order and how', writtenIn: 'the play' },
  inventory: { looksAt: 'the groups the inventory puts a node into, by their names', writtenIn: 'the inventory' },
  repository: {
    looksAt: 'the repository as a whole: its files, and what differs between its nodes',
    writtenIn: 'the repository',
  },
  'k8s-manifest': { looksAt: 'the manifests that tasks place on a node or apply', writtenIn: 'the manifest' },
  sysctl: { looksAt: 'the kernel settings that tasks and sysctl files make', writtenIn: 'the node’s sysctl settings' },
  'cni-config': {
    looksAt: 'the CNI configuration files that tasks place on a node',
    writtenIn: 'the CNI configuration',
  },
  'seccomp-profile': {
    looksAt: 'the seccomp profiles that tasks place on a node',
    writtenIn: 'the seccomp profile',
  },
  'apparmor-profile': {
    looksAt: 'the AppArmor profiles that tasks place on a node, and commands that change their modes',
    writtenIn: 'the AppArmor profile',
  },
  kubeconfig: { looksAt: 'the kubeconfig files that tasks place on a node', writtenIn: 'the kubeconfig' },
  'systemd-unit': {
    looksAt: 'the systemd unit and its drop-ins that tasks place on a node',
    writtenIn: 'the systemd unit',
  },
  'cri-config': {
    looksAt: 'the configuration files of the container runtime that tasks place on a node',
    writtenIn: "the runtime's configuration file",
  },
};

const WIDTH = 100;
const LABEL = 13;

/** All that is known of a control, as a terminal shows it to a person who has to act on it. */
export function explained(control: Control, minor: Minor, facts: KubeletFacts): string {
  return [
    `${control.id}  ${control.title}`,
    '',
    ...section('Asks', asked(control)),
    ...section('Looks at', [looksAt(control)]),
    ...section('If not set', absenceWords(control, minor, facts)),
    ...section('Why', [control.rationale]),
    ...section('Against', control.threats),
    ...section('Do', [remedy(control)]),
    ...fixExample(control).map(line => `${' '.repeat(LABEL + 4)}${line}`),
    ...section('Severity', [gravity(control)]),
    ...section('Nodes', [control.roles.map(role => (role === 'all' ? 'every node' : role)).join(', ')]),
    ...section('Kubernetes', [versions(control)]),
    ...section(
      'Standards',
      Object.entries(control.standards).map(([name, items]) => `${name}: ${items.join('; ')}`),
    ),
    ...section('Written in', [`${control.source.file}:${control.source.line}`]),
  ].join('\n');
}

/** Names that stand for what is found on the nodes. */
const STANDS_FOR: Readonly<Record<string, string>> = {
  '<kubeletConfiguration>': "the kubelet's configuration file, wherever it lies",
  '<clientCAFile>': 'the file authentication.x509.clientCAFile names',
};

/** What is asked of each path; words that speak of the paths themselves stand alone. */
function asked(control: Control): readonly string[] {
  const { expected } = KINDS[control.kind];
  const words = control.paths.map(path => ({
    path: STANDS_FOR[path] ?? path,
    wants: expected(control, path),
  }));
  const [first] = words;
  if (!first || words.some(({ wants }) => wants !== first.wants)) {
    return words.map(({ path, wants }) => `${path}: ${wants}`);
  }
  if (first.wants.includes(first.path)) return [first.wants];
  return [`${words.map(({ path }) => path).join(', ')}: ${first.wants}`];
}

function looksAt({ kind, flags }: Control): string {
  const also = flags.length > 0 && kind === 'KubeletConfiguration' ? ` (as a flag: ${flags.join(', ')})` : '';
  return `${SUBJECTS[kind].looksAt}${also}`;
}

/** Only where a control says what absence means; a kubelet with an empty file and one on flags alone are really judged. */
function absenceWords(control: Control, minor: Minor, facts: KubeletFacts): readonly string[] {
  if (!control.absent || isBeyondCovered(control.kubernetes)) return [];
  const { file, flags } = absenceOf(control, judgedMinor(control, minor), facts);
  const withFile = answerWords(file, control.absent.viaConfigFile);
  const onFlags = answerWords(flags, control.absent.viaFlagsOnly);
  if (withFile === null && onFlags === null) return ['nothing is asked of nodes that do not have it'];
  if (withFile === onFlags) return [withFile ?? ''];
  return [
    ...(withFile === null ? [] : [`with a configuration file: ${withFile}`]),
    ...(onFlags === null ? [] : [`on flags alone: ${onFlags}`]),
  ];
}

/** The minor asked for, or the newest the control is for. */
function judgedMinor({ kubernetes }: Control, minor: Minor): Minor {
  if (isInRange(minor, kubernetes)) return minor;
  return MINORS.findLast(known => isInRange(known, kubernetes)) ?? minor;
}

function versions({ kubernetes }: Control): string {
  if (kubernetes === undefined) return 'every version';
  const words = kubernetes.replace('>=', 'from ').replace('<', 'before ');
  return isBeyondCovered(kubernetes)
    ? `${words}: judged once the gate covers it, today ${MINORS[0]} to ${MINORS.at(-1) ?? ''}`
    : words;
}

const ANSWERS: Readonly<Record<Exclude<ControlResult['result'], 'not-applicable'>, string>> = {
  pass: 'conforms',
  violated: 'a violation',
  undecided: 'undecided',
};

function answerWords(answer: ControlResult | null, meaning: AbsenceVerdict): string | null {
  if (!answer || answer.result === 'not-applicable') return null;
  const { result, reason, expected } = answer;
  const repeated = `; expected ${expected}`;
  const why = reason.endsWith(repeated) ? reason.slice(0, -repeated.length) : reason;
  const advice = meaning === 'pass-implicit' && result === 'pass' ? '; better written out' : '';
  return `${ANSWERS[result]} (${why})${advice}`;
}

function remedy(control: Control): string {
  if ('do' in control.fix) return control.fix.do;
  const { writtenIn } = SUBJECTS[control.kind];
  if (control.kind === 'file-task') return `in ${writtenIn}, set`;
  const values = valuesToSet(control).map(([path, value]) =>
    value !== null && typeof value === 'object' ? path : `${path} to ${jsonText(value)}`,
  );
  return `set ${values.join(' and ')} in ${writtenIn}:`;
}

function gravity(control: Control): string {
  const effect = isBlocking(control)
    ? 'a change that introduces a violation cannot be merged'
    : 'violations are shown and stop no merge';
  return `${control.severity}, ${control.profile} profile: ${effect}`;
}

/** Lines with the label before the first; long ones are wrapped at spaces. */
function section(label: string, lines: readonly string[]): readonly string[] {
  const wrapped = lines.flatMap(line => wrap(line, WIDTH - LABEL));
  return wrapped.map((line, index) => `${(index === 0 ? label : '').padEnd(LABEL)}${line}`);
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter(part => part !== '')) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
