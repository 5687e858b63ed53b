import type { NodeFile, NodeGroup } from '../ansible/types.ts';
import type { Origin } from '../source/rope.ts';
import { expectedWords } from './expected.ts';
import { notApplicable, type PlaceAnswer, undecided, worstOf } from './place-answer.ts';
import type { Control } from './types.ts';

/** A control over mode or owner of the files that tasks place at its paths (`*` matches within one folder). */
export function evaluateFiles(control: Control, group: NodeGroup): PlaceAnswer {
  const path = control.paths[0] ?? '';
  const wanted = control.paths.map(name => ({ name, matches: matcher(name, group) }));
  const byDest = new Map<string, NodeFile[]>();
  for (const file of group.files) {
    if (!wanted.some(({ matches }) => matches(file))) continue;
    const dest = file.dest.value.known ? file.dest.value.json : `⟨${file.dest.value.unknown.key}⟩`;
    const files = byDest.get(dest);
    if (files) files.push(file);
    else byDest.set(dest, [file]);
  }
  const answers = [...byDest].map(([dest, files]) => answer(control, dest, files));
  return worstOf(answers) ?? notApplicable(path, `no task places ${control.paths.join(' or ')} on these nodes`);
}

/** Several tasks may touch one file: the last that surely sets the property decides, with every later one that may. */
function answer(control: Control, dest: string, files: readonly NodeFile[]): PlaceAnswer {
  const setting = files.filter(file => (control.check.op === 'mode-at-most' ? file.mode : (file.owner ?? file.group)));
  const sure = setting.findLastIndex(file => file.when === null);
  const deciding = setting.slice(Math.max(0, sure));
  const last = files.at(-1);
  const what = control.check.op === 'mode-at-most' ? 'mode' : 'owner and group';
  if (!last || deciding.length === 0) {
    return undecided(
      dest,
      `no task sets the ${what} of ${dest}: it keeps what it has, or gets what the umask leaves`,
      last ? [taskOrigin(last)] : [],
    );
  }
  const answers = deciding.map(file =>
    control.check.op === 'mode-at-most' ? judgeMode(control, dest, file) : judgeOwner(control, dest, file),
  );
  if (sure < 0) {
    const why = deciding[0]?.when?.why.join('; ') ?? '';
    answers.push(undecided(dest, `the task that sets the ${what} of ${dest} may not run: ${why}`, [taskOrigin(last)]));
  }
  return worstOf(answers) ?? notApplicable(dest, '');
}

function judgeMode(control: Control, dest: string, file: NodeFile): PlaceAnswer {
  const mode = file.mode;
  const evidence = mode && mode.origins.length > 0 ? mode.origins : [taskOrigin(file)];
  if (!mode?.value.known) {
    const why = mode && !mode.value.known ? mode.value.unknown.why.join('; ') : 'no mode';
    return undecided(dest, `the mode of ${dest} cannot be known from Git: ${why}`, evidence);
  }
  const text = mode.value.json;
  const bits = modeBits(text);
  if (bits === null)
    return undecided(dest, `the mode ${text} of ${dest} depends on the file's mode before`, evidence, text);
  const most = Number.parseInt(String(control.check.value), 8);
  const actual = bits.toString(8).padStart(4, '0');
  return (bits & ~most & 0o7777) === 0
    ? { result: 'pass', path: dest, actual, reason: `${dest} has mode ${actual}`, evidence }
    : {
        result: 'violated',
        path: dest,
        actual,
        reason: `${dest} has mode ${actual}; expected ${expectedWords(control, dest)}`,
        evidence,
      };
}

function judgeOwner(control: Control, dest: string, file: NodeFile): PlaceAnswer {
  const [owner = '', group = ''] = String(control.check.value).split(':');
  const parts = [
    { name: 'owner', traced: file.owner, wanted: owner },
    { name: 'group', traced: file.group, wanted: group },
  ];
  const answers = parts.map(({ name, traced, wanted }): PlaceAnswer => {
    const evidence = traced && traced.origins.length > 0 ? traced.origins : [taskOrigin(file)];
    if (!traced) return undecided(dest, `the task sets no ${name} for ${dest}: it is whoever runs the task`, evidence);
    if (!traced.value.known) {
      return undecided(
        dest,
        `the ${name} of ${dest} cannot be known from Git: ${traced.value.unknown.why.join('; ')}`,
        evidence,
      );
    }
    const actual = traced.value.json;
    return actual === wanted || (wanted === 'root' && actual === '0')
      ? { result: 'pass', path: dest, actual, reason: `${dest} belongs to ${owner}:${group}`, evidence }
      : {
          result: 'violated',
          path: dest,
          actual,
          reason: `${dest} has ${name} ${actual}; expected ${expectedWords(control, dest)}`,
          evidence,
        };
  });
  return worstOf(answers) ?? notApplicable(dest, '');
}

/** Permission bits of octal digits or of a symbolic mode that sets user, group and others; null when it only changes some. */
function modeBits(text: string): number | null {
  if (/^[0-7]{1,5}$/.test(text)) return Number.parseInt(text, 8) & 0o7777;
  let bits = 0;
  const set = new Set<string>();
  for (const clause of text.split(',')) {
    const match = /^([ugoa]+)=([rwx]*)$/.exec(clause);
    if (!match) return null;
    const [, who = '', what = ''] = match;
    const value = (what.includes('r') ? 4 : 0) | (what.includes('w') ? 2 : 0) | (what.includes('x') ? 1 : 0);
    for (const [index, name] of ['u', 'g', 'o'].entries()) {
      if (!who.includes(name) && !who.includes('a')) continue;
      const shift = 6 - 3 * index;
      bits = (bits & ~(7 << shift)) | (value << shift);
      set.add(name);
    }
  }
  return set.size === 3 ? bits : null;
}

function matcher(name: string, group: NodeGroup): (file: NodeFile) => boolean {
  if (name === '<kubeletConfiguration>') return file => file.kind === 'KubeletConfiguration';
  if (name === '<clientCAFile>') {
    const value = group.kubelet?.values.get('authentication.x509.clientCAFile')?.value;
    const path = value?.known && typeof value.json === 'string' && value.json !== '' ? value.json : null;
    return file => path !== null && file.dest.value.known && file.dest.value.json === path;
  }
  const pattern = new RegExp(
    `^${name
      .split('*')
      .map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^/]*')}$`,
  );
  return file => file.dest.value.known && pattern.test(file.dest.value.json);
}

function taskOrigin({ task }: NodeFile): Origin {
  return { file: task.file, line: task.line, kind: 'template' };
}
