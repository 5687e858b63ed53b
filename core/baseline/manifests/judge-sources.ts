import type { Json } from '../../kubelet/types.ts';
import type { Origin } from '../../source/rope.ts';
import type { ObjectSource } from '../kubernetes-objects.ts';
import { undecided, worstOf } from '../place-answer.ts';
import type { PlaceAnswer } from '../types.ts';
import type { KubernetesObject } from './read-objects.ts';

/** What one object says to a control. `key` tells it from other answers of its source. */
export type ObjectAnswer = Readonly<{
  result: 'violated' | 'undecided' | 'pass';
  path: string;
  key: string;
  actual: Json;
  reason: string;
  evidence: readonly Origin[];
}>;

/** How an operator judges one readable object: no answer where it has nothing to say. */
export type JudgeObject = (object: KubernetesObject, source: ObjectSource) => readonly ObjectAnswer[];

/**
 * The answers over every source of objects: one for each object that violates or cannot be decided, else one pass of
 * the source. What may not be there violates nothing for sure; what cannot be read may violate.
 */
export function judgeSources(
  sources: readonly ObjectSource[],
  judge: JudgeObject,
  path: string,
): readonly PlaceAnswer[] {
  return sources.flatMap(source => {
    const ways = source.ways.map(({ objects }) => objects.flatMap(object => judgeObject(object, source, judge, path)));
    const keys = [...new Set(ways.flatMap(way => way.map(({ key }) => key)))];
    const answers = keys.flatMap(key => agreed(key, ways, source));
    const open = source.open === null ? [] : [undecided(path, `${source.name}: ${source.open}`, [source.at])];
    const bad = [...answers, ...open.map(one => ({ ...one, location: source.location }))].filter(
      ({ result }) => result === 'violated' || result === 'undecided',
    );
    if (bad.length > 0) return bad;
    const pass = worstOf(answers);
    return pass ? [{ ...pass, location: source.location }] : [];
  });
}

function judgeObject(
  object: KubernetesObject,
  source: ObjectSource,
  judge: JudgeObject,
  path: string,
): readonly ObjectAnswer[] {
  const { root } = object;
  if (!root) {
    const reason = `${source.name} cannot be read as objects: ${object.fault}`;
    const evidence = [...object.originsOf({ kind: 'null', origin: { from: 'config', in: '', span: null } }), source.at];
    return [{ result: 'undecided', path, key: '', actual: null, reason, evidence: evidence.slice(0, 1) }];
  }
  const maybe = object.when ?? source.when;
  return judge(object, source).map(answer =>
    answer.result === 'violated' && maybe !== null
      ? { ...answer, result: 'undecided', reason: `${answer.reason}, if it is there: ${maybe}` }
      : answer,
  );
}

/** The answer every way gives; where they differ, unknown conditions decide. */
export function agreed(
  key: string,
  ways: readonly (readonly ObjectAnswer[])[],
  source: Readonly<{ location: string; ways: readonly Readonly<{ why: readonly string[] }>[] }>,
): readonly PlaceAnswer[] {
  const each = ways.map(way => worstOf(way.filter(answer => answer.key === key)));
  const worst = worstOf(each.filter(answer => answer !== null));
  if (!worst) return [];
  const { key: _, ...answer } = worst;
  const location = key === '' ? source.location : `${source.location}#${key}`;
  if (each.every(one => one?.result === worst.result)) return [{ ...answer, location }];
  if (worst.result === 'pass') return [];
  const why = [...new Set(source.ways.flatMap(way => way.why))].join('; ') || 'unknown conditions';
  return [{ ...answer, result: 'undecided', reason: `${worst.reason}, depending on ${why}`, location }];
}
