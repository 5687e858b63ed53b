import { isOmitted } from './drop-in.ts';
import { fieldsOf, type KubeletFacts } from './facts.ts';
import { type LeafSetting, leaf, type Setting, type Settings, wholeValue, zeroValue } from './settings.ts';
import type { EffectiveValue, Json, KubeletVerdict, Minor } from './types.ts';

/** Settings as effective values: every leaf field the minor knows, string maps by key, zero values included. */
export function effectiveValues(
  settings: Settings,
  facts: KubeletFacts,
  minor: Minor,
  unset: EffectiveValue['from'],
): ReadonlyMap<string, EffectiveValue> {
  const values = new Map<string, EffectiveValue>();
  const objects: [string, LeafSetting][] = [];
  for (const [path, fact] of fieldsOf(facts, minor)) {
    const setting = settings.get(path);
    if (fact.type === 'object') {
      if (setting?.kind === 'leaf') objects.push([path, setting]);
      continue;
    }
    if (setting?.kind === 'map') {
      if (setting.entries.size === 0 && setting.open === null) values.set(path, valueOf(leaf({}, setting.origin)));
      for (const [key, entry] of setting.entries) values.set(`${path}.${key}`, valueOf(entry));
    } else if (setting) values.set(path, valueOf(setting));
    else if (fact.type !== 'map') {
      values.set(path, { value: { known: true, json: zeroValue(fact) }, from: unset });
    }
  }
  for (const [path, setting] of objects) {
    const written = [...settings.keys()].some(name => name.startsWith(`${path}.`));
    if (!written) values.set(path, valueOf(setting));
  }
  return values;
}

function valueOf({ value, origin }: LeafSetting): EffectiveValue {
  return {
    value,
    from: origin.from,
    ...(origin.span ? { at: { in: origin.in, span: origin.span } } : {}),
  };
}

/**
 * The configuration of a verdict as the kubelet itself marshals it (KubeletConfiguration v1beta1 without kind and
 * apiVersion): zero values that Go omits are absent. null when no effective configuration exists or a value is unknown.
 */
export function effectiveConfiguration(verdict: KubeletVerdict, facts: KubeletFacts): Json {
  if (verdict.values.size === 0) return null;
  const root: { [key: string]: Json } = {};
  for (const [path, fact] of fieldsOf(facts, verdict.minor)) {
    if (fact.type === 'object') {
      if (
        !fact.pointer ||
        verdict.values.has(path) ||
        [...verdict.values].some(
          ([name, { from }]) => name.startsWith(`${path}.`) && from !== 'default' && from !== 'flag-default',
        )
      ) {
        place(root, path, {});
      }
      continue;
    }
    const setting = settingFrom(verdict, path, fact.type === 'map');
    if (!setting || isOmitted(path, setting, facts)) continue;
    const whole = wholeValue(setting);
    if (!whole.known) return null;
    place(root, path, whole.json);
  }
  return root;
}

function settingFrom(verdict: KubeletVerdict, path: string, map: boolean): Setting | undefined {
  const own = verdict.values.get(path);
  const origin = { from: 'default', in: '', span: null } as const;
  if (own)
    return {
      kind: 'leaf',
      value: own.reported === undefined ? own.value : { known: true, json: own.reported },
      origin,
    };
  if (!map) return undefined;
  const entries = [...verdict.values]
    .filter(([name]) => name.startsWith(`${path}.`))
    .map(([name, { value }]): [string, LeafSetting] => [name.slice(path.length + 1), { kind: 'leaf', value, origin }]);
  return { kind: 'map', entries: new Map(entries), open: verdict.open.get(path) ?? null, origin };
}

function place(root: { [key: string]: Json }, path: string, json: Json): void {
  const names = path.split('.');
  let level = root;
  for (const name of names.slice(0, -1)) {
    if (typeof level[name] !== 'object') level[name] = {};
    level = level[name] as { [key: string]: Json };
  }
  const last = names.at(-1) ?? '';
  if (!(last in level)) level[last] = json;
}
