import type { NodeGroup } from '../../ansible/types.ts';
import type { Origin } from '../../source/rope.ts';
import { nodePaths } from '../node-paths.ts';
import { notApplicable, undecided } from '../place-answer.ts';
import type { Control, PlaceAnswer } from '../types.ts';
import type { FlagCheck } from './flag-check.ts';

/** Where kubeadm itself writes the configuration of the kubelets it starts. */
const KUBEADM_FILE = '/var/lib/kubelet/config.yaml';

/** The flag names a file that a task of the repository, or kubeadm, puts there. */
export const PLACED_FILE: FlagCheck = placed('a file the repository places', (group, path) => {
  const written = group.files.some(({ dest }) => dest.value.known && dest.value.json === path);
  return written || (path === KUBEADM_FILE && group.files.some(({ kind }) => kind === 'kubeadm'));
});

/** The flag names a directory that tasks of the repository make, or put files into. */
export const PLACED_DIRECTORY: FlagCheck = placed('a directory the repository places', (group, path) => {
  const folder = path.replace(/\/*$/, '');
  const within = (place: string) => place === folder || place.startsWith(`${folder}/`);
  const files = group.files.some(({ dest }) => dest.value.known && within(dest.value.json));
  return files || nodePaths(group).some(place => within(place.path));
});

/** Judges the value of the control's one flag by whether it is on the node because the repository put it there. */
function placed(expected: string, isPlaced: (group: NodeGroup, path: string) => boolean): FlagCheck {
  return {
    fault: ({ check, paths }, facts) => {
      if (check.value !== null) return { at: ['check', 'value'], message: `${check.op} takes no value` };
      const unknown = paths.findIndex(name => facts.flags[name]?.type !== 'string');
      return unknown < 0 ? null : { at: ['paths', unknown], message: `${paths[unknown]} is no flag that names a path` };
    },
    expected: () => expected,
    evaluate: (control, { group }) => control.paths.map(name => judge(control, name, group, isPlaced)),
  };
}

function judge(
  control: Control,
  name: string,
  group: NodeGroup,
  isPlaced: (group: NodeGroup, path: string) => boolean,
): PlaceAnswer {
  const flag = group.flags.findLast(one => one.name === name)?.value;
  if (!flag) return unset(control, name, group);
  const { value, origins } = flag;
  if (!value.known)
    return undecided(name, `${name} cannot be known from Git: ${value.unknown.why.join('; ')}`, origins);
  const answer = (result: 'pass' | 'violated', reason: string): PlaceAnswer => ({
    result,
    path: name,
    actual: value.json,
    reason,
    evidence: origins,
  });
  if (isPlaced(group, value.json)) return answer('pass', `${name} names ${value.json}, which the repository places`);
  const hidden = group.files.find(({ dest }) => !dest.value.known);
  if (hidden)
    return undecided(name, `whether a task places ${value.json} cannot be known from Git`, origins, value.json);
  return answer('violated', `${name} names ${value.json}, which nothing in the repository places`);
}

function unset(control: Control, name: string, group: NodeGroup): PlaceAnswer {
  const evidence: readonly Origin[] = [];
  if (group.unseenFlags) {
    const why = group.unseenFlags.why.join('; ');
    return undecided(name, `${name} may be on a part of the command line that cannot be known from Git: ${why}`, []);
  }
  const flagsOnly = [...(group.kubelet?.values.values() ?? [])].some(({ from }) => from === 'flag-default');
  if (!flagsOnly) {
    return control.absent?.viaConfigFile === 'pass'
      ? { result: 'pass', path: name, actual: null, reason: `${name} is not set`, evidence }
      : notApplicable(name, `${name} is not among the flags the repository shows`);
  }
  return control.absent?.viaFlagsOnly === 'fail'
    ? {
        result: 'violated',
        path: name,
        actual: null,
        reason: `${name} is not set, so the defaults of flags act`,
        evidence,
      }
    : { result: 'pass', path: name, actual: null, reason: `${name} is not set`, evidence };
}
