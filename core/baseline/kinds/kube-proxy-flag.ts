import type { Fault, Kind } from '../kind.ts';
import type { ProxyStart } from '../kube-proxy/command-line.ts';
import { startsInObject } from '../kube-proxy/in-objects.ts';
import { startsInUnits } from '../kube-proxy/in-units.ts';
import { kubernetesObjects, type ObjectSource } from '../kubernetes-objects.ts';
import { agreed, judgeSources, type ObjectAnswer } from '../manifests/judge-sources.ts';
import { notApplicable, undecided } from '../place-answer.ts';
import type { GroupSubject } from '../subject.ts';
import type { Control, PlaceAnswer } from '../types.ts';

/** Controls over kube-proxy's command line, in manifests and units: `paths` are flags. */
export const KUBE_PROXY_FLAG: Kind = { scope: 'node-group', fault, evaluate, expected, gone: 'fixed' };

function fault({ check, paths }: Control): Fault | null {
  if (check.op !== 'not-beside')
    return { at: ['check', 'op'], message: `unknown operator ${check.op} for kube-proxy's flags` };
  const wrong = paths.findIndex(path => !isFlag(path));
  if (wrong >= 0) return { at: ['paths', wrong], message: `${paths[wrong]} is no flag` };
  const isOne = typeof check.value === 'string' && isFlag(check.value);
  return isOne ? null : { at: ['check', 'value'], message: 'value must be the flag they may not stand beside' };
}

function isFlag(text: string): boolean {
  return /^--[a-z][a-z0-9-]*$/.test(text);
}

function expected({ check }: Control): string {
  return `not beside ${String(check.value)}`;
}

const UNIT = "kube-proxy's unit";

function evaluate(control: Control, { group, repository }: GroupSubject): readonly PlaceAnswer[] {
  const path = String(control.check.value);
  const sources = kubernetesObjects(group, repository.tree).filter(isOfKubeProxy);
  const judge = (start: ProxyStart, name: string) => judgeStart(control, start, name);
  const inObjects = judgeSources(
    sources,
    (object, { name }) => startsInObject(object).flatMap(start => judge(start, name)),
    path,
  );
  const units = startsInUnits(group);
  if (units === null) return [...inObjects, undecided(path, `too many conditions decide what ${UNIT} says`, [])];
  const ways = units.map(starts => starts.flatMap(start => judge(start, UNIT)));
  const keys = [...new Set(ways.flatMap(way => way.map(({ key }) => key)))];
  const inUnits = keys.flatMap(key => agreed(key, ways, { location: UNIT, ways: [] }));
  const answers = [...inObjects, ...inUnits];
  return answers.length > 0
    ? answers
    : [notApplicable(path, 'nothing in this repository starts kube-proxy on these nodes')];
}

/** What cannot be read is kube-proxy's only where its name says so. */
function isOfKubeProxy({ location, ways }: ObjectSource): boolean {
  if (/kube-?proxy/.test(location)) return true;
  return ways.some(({ objects }) => objects.some(object => startsInObject(object).length > 0));
}

/** One answer for each flag that must not be there, else one for the whole command line. */
function judgeStart(control: Control, start: ProxyStart, name: string): readonly ObjectAnswer[] {
  const beside = String(control.check.value);
  const file = start.flags.findLast(flag => flag.name === beside);
  const whole = { path: beside, key: '', actual: file?.value ?? null, evidence: file?.evidence ?? start.evidence };
  if (!file && !start.open) {
    return [
      { ...whole, result: 'pass', reason: `${name} starts kube-proxy without ${beside}: its flags are in force` },
    ];
  }
  const isSure = file?.sure === true && file.value !== null && file.value !== '';
  const ignored = start.flags.filter(flag => control.paths.includes(flag.name));
  const answers = ignored.map((flag): ObjectAnswer => {
    const { name: path, value: actual, evidence } = flag;
    return isSure && flag.sure
      ? { result: 'violated', path, key: path, actual, reason: `kube-proxy ignores ${path} beside ${beside}`, evidence }
      : { result: 'undecided', path, key: path, actual, reason: unsureReason(path, beside, isSure), evidence };
  });
  if (answers.length > 0) return answers;
  if (start.open) {
    return [
      {
        ...whole,
        result: 'undecided',
        reason: `a part of what ${name} starts kube-proxy with cannot be known from Git`,
      },
    ];
  }
  return [{ ...whole, result: 'pass', reason: `${name} gives kube-proxy no flag that it ignores beside ${beside}` }];
}

function unsureReason(path: string, beside: string, isSure: boolean): string {
  return isSure
    ? `whether ${path} stands beside ${beside}, where kube-proxy ignores it, cannot be known from Git`
    : `kube-proxy ignores ${path} if it is given a ${beside}, which cannot be known from Git`;
}
