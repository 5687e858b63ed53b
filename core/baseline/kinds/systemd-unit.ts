import { servicesOf } from '../../ansible/service-units.ts';
import { unitSettings } from '../../ansible/systemd-unit.ts';
import { originsAt, type RenderedText, UNKNOWN_TOKEN } from '../../source/rope.ts';
import { destOf, fileName } from '../file-texts.ts';
import type { Fault, Kind } from '../kind.ts';
import { notApplicable, undecided, worstOf } from '../place-answer.ts';
import type { GroupSubject } from '../subject.ts';
import type { Control, PlaceAnswer } from '../types.ts';
import { type UnitText, unitWays } from '../unit-ways.ts';

/** Controls over the address filter of the kubelet's unit (systemd.resource-control(5)): nobody but those it allows. */
export const SYSTEMD_UNIT: Kind = { scope: 'node-group', fault, evaluate, expected, gone: 'unknown' };

const UNIT = /\/kubelet\.service(?:\.d\/[^/]+\.conf)?$/;
/** What stands for every address. */
const EVERYONE: ReadonlySet<string> = new Set(['any', '0.0.0.0/0', '::/0']);

function fault({ check }: Control): Fault | null {
  if (check.op !== 'denies-others') return { at: ['check', 'op'], message: `unknown operator ${check.op} for units` };
  return check.value === null ? null : { at: ['check', 'value'], message: 'denies-others takes no value' };
}

function expected(): string {
  return 'IPAddressDeny=any, and IPAddressAllow= with the networks that may';
}

function evaluate(control: Control, { group }: GroupSubject): readonly PlaceAnswer[] {
  const [path = ''] = control.paths;
  const files = group.files.filter(file => UNIT.test(destOf(file)) && file.text !== null);
  if (files.length === 0) return [notApplicable(path, "no task writes the kubelet's unit")];
  const ways = unitWays(files);
  if (ways === null) return [undecided(path, "too many conditions decide what the kubelet's unit says", [])];
  const answers = ways.map(way => judge(path, way));
  const [first] = answers;
  if (first && answers.every(({ result }) => result === first.result)) return [first];
  const names = files.map(fileName).join(', ');
  return [undecided(path, `unknown conditions decide what ${names} say`, worstOf(answers)?.evidence ?? [])];
}

/** What unit and drop-ins say together: lists grow, an empty value starts them anew; what is allowed beats what is denied. */
function judge(path: string, texts: readonly UnitText[]): PlaceAnswer {
  const service = servicesOf(texts).find(({ name }) => name === 'kubelet.service');
  if (!service) return undecided(path, "the kubelet's unit may not be written", []);
  const deny: string[] = [];
  const allow: string[] = [];
  const evidence = originsAt(service.sources[0]?.text ?? { text: '', segments: [] }, 0, 1);
  for (const { section, key, value } of service.sources.flatMap(({ text }) => unitSettings(text))) {
    const list =
      section !== 'Service' ? null : key === 'IPAddressDeny' ? deny : key === 'IPAddressAllow' ? allow : null;
    if (value.text === '') list?.splice(0);
    else list?.push(...value.text.split(/\s+/));
  }
  const known = (words: readonly string[]) => words.filter(word => word.search(UNKNOWN_TOKEN) < 0);
  const open = service.sources.some(({ text }) => hasUnknownLine(text)) || known(deny).length < deny.length;
  if (known(allow).some(word => EVERYONE.has(word)))
    return { result: 'violated', path, actual: allow.join(' '), reason: 'IPAddressAllow lets everyone in', evidence };
  const denied = deny.includes('any') || (deny.includes('0.0.0.0/0') && deny.includes('::/0'));
  if (denied && known(allow).length === allow.length && !open)
    return { result: 'pass', path, actual: deny.join(' '), reason: 'IPAddressDeny keeps others out', evidence };
  if (denied || open) return undecided(path, 'addresses of the filter cannot be known from Git', evidence);
  if (!service.hasUnit)
    return undecided(path, 'the unit itself is not written by a task: only drop-ins of it are known', evidence);
  const reason = `the kubelet's unit keeps nobody out; expected ${expected()}`;
  return { result: 'violated', path, actual: null, reason, evidence };
}

/** Whether an unknown stands alone on a line: settings may be there. */
function hasUnknownLine({ text }: RenderedText): boolean {
  return text.split('\n').some(line => /^\uE000[0-9a-f]{8}\uE001$/.test(line.trim()));
}
