import { createHash } from 'node:crypto';
import type {
  FileKind,
  InventoryRendering,
  NodeFile,
  NodeGroup,
  Rendering,
  Traced,
} from '../../../core/ansible/types.ts';
import { fixOf } from '../../../core/baseline/fix.ts';
import type { Baseline, Control, ControlResult } from '../../../core/baseline/types.ts';
import type { EffectiveValue, Json, KubeletProblem } from '../../../core/kubelet/types.ts';
import type { ChangedFile } from '../../../core/review/changed-file.ts';
import { type ReviewInput, review } from '../../../core/review/review.ts';
import type { Direction, Shown, Verdict } from '../../../core/review/types.ts';
import type { Problem } from '../../../core/source/problem.ts';
import { type Origin, type RenderedText, type Unknown, unknownToken, verbatim } from '../../../core/source/rope.ts';
import { type SourceTree, treeOf } from '../../../core/source/tree.ts';
import { parseUnifiedDiff } from '../../support/parse-unified-diff.ts';

/** A value as tests write it: JSON, a default, or an unknown by its key; `at` is `file:line` of its origins. */
export type Written = Readonly<{ value?: Json; unknown?: string; implicit?: boolean; at?: readonly string[] }>;

export const origin = (at: string): Origin => {
  const [, kind, file, line, end] = /^(?:(variable|template|condition) )?(.+?):(\d+)(?:-(\d+))?$/.exec(at) ?? [];
  return {
    file: file ?? at,
    line: Number(line ?? 1),
    ...(end ? { lineEnd: Number(end) } : {}),
    kind: (kind as Origin['kind'] | undefined) ?? 'variable',
  };
};

const unknownOf = (key: string): Unknown => ({ key, why: [`fact ${key}`] });

export const traced = (value: string, at: readonly string[] = []): Traced<string> => ({
  value: value.startsWith('?') ? { known: false, unknown: unknownOf(value.slice(1)) } : { known: true, json: value },
  origins: at.map(origin),
});

export function nodeFile(
  dest: string,
  kind: FileKind,
  more: Partial<{ text: string; unknowns: readonly string[]; mode: string; source: string; when: string }> = {},
): NodeFile {
  const rendered = (text: string): RenderedText => {
    const unknowns = new Map<string, Unknown>();
    const full = (more.unknowns ?? []).reduce((body, key, index) => {
      const id = `${index}`.padStart(8, '0');
      unknowns.set(id, unknownOf(key));
      return body.replace(`?${key}`, unknownToken(id));
    }, text);
    return { ...verbatim(more.source ?? 'inline', full), unknowns };
  };
  return {
    dest: traced(dest),
    kind,
    source: more.source ?? null,
    variable: null,
    task: { file: 'roles/kubelet/tasks/main.yml', line: 3, name: null, role: 'kubelet', handlers: [] },
    text: more.text === undefined ? null : rendered(more.text),
    alternatives: more.text === undefined ? [] : [{ conditions: [], text: rendered(more.text) }],
    truncated: false,
    mode: more.mode === undefined ? null : traced(more.mode),
    owner: null,
    group: null,
    when: more.when === undefined ? null : unknownOf(more.when),
    fails: null,
  };
}

export type GroupSketch = Readonly<{
  hosts: readonly string[];
  name?: string;
  values?: Readonly<Record<string, Written>>;
  open?: Readonly<Record<string, string>>;
  refused?: boolean;
  noKubelet?: boolean;
  kubeletProblems?: readonly Partial<KubeletProblem>[];
  flags?: Readonly<Record<string, string>>;
  files?: readonly NodeFile[];
  problems?: readonly Problem[];
}>;

export function group(sketch: GroupSketch): NodeGroup {
  const values = new Map(
    Object.entries(sketch.values ?? { cgroupDriver: { value: 'systemd' } }).map(
      ([path, written]): [string, EffectiveValue] => [
        path,
        {
          value:
            written.unknown === undefined
              ? { known: true, json: written.value ?? null }
              : { known: false, unknown: unknownOf(written.unknown) },
          from: written.implicit ? 'default' : 'config',
        },
      ],
    ),
  );
  return {
    name: sketch.name ?? sketch.hosts[0] ?? '',
    hosts: sketch.hosts,
    roles: ['worker'],
    files: sketch.files ?? [],
    flags: Object.entries(sketch.flags ?? {}).map(([name, value]) => ({ name, value: traced(value) })),
    supporting: [],
    sysctls: { settings: [], open: null },
    kubeletAlternatives: [],
    kubelet: sketch.noKubelet
      ? null
      : {
          minor: '1.34',
          accepted: !sketch.refused,
          lenient: false,
          stage: sketch.refused ? 'decode' : null,
          about: [],
          problems: (sketch.kubeletProblems ?? []).map(problem => ({
            stage: 'validation',
            effect: 'refuses',
            path: '',
            message: 'is wrong',
            in: 'config',
            line: 1,
            column: 1,
            ...problem,
          })),
          values: sketch.refused ? new Map() : values,
          open: new Map(Object.entries(sketch.open ?? {}).map(([path, key]) => [path, unknownOf(key)])),
        },
    provenance: new Map(
      Object.entries(sketch.values ?? {}).map(([path, written]) => [path, (written.at ?? []).map(origin)]),
    ),
    steps: [],
    problems: sketch.problems ?? [],
  };
}

export const inventory = (groups: readonly GroupSketch[], path = 'hosts.ini'): InventoryRendering => ({
  inventory: path,
  hosts: [...new Set(groups.flatMap(({ hosts }) => hosts))],
  roleGroups: [],
  groups: groups.map(group),
  problems: [],
  dynamic: [],
});

export function rendering(
  inventories: readonly InventoryRendering[],
  more: Readonly<{ read?: readonly string[]; problems?: readonly Problem[] }> = {},
): Rendering {
  return { rev: '0'.repeat(40), inventories, problems: more.problems ?? [], unread: [], read: new Set(more.read) };
}

/** A control that wants one field to have one value; undecided over unknowns, not applicable without a kubelet. */
export function control(path: string, wanted: Json, more: Partial<Control> = {}): Control {
  return {
    id: `KG-${path.replaceAll(/[^a-zA-Z]/g, '').toUpperCase()}`,
    title: `${path} is ${JSON.stringify(wanted)}`,
    area: 'test',
    kind: 'KubeletConfiguration',
    paths: [path],
    flags: [],
    check: { op: 'eq', value: wanted },
    absent: null,
    roles: ['all'],
    severity: 'critical',
    profile: 'core',
    standards: { CIS: ['4.2.1'] },
    threats: ['Kubelet compromise'],
    rationale: 'Because.',
    fix: fixOf({ set: wanted }, [path]),
    source: { file: 'config/baseline/test.yaml', line: 1 },
    ...more,
  };
}

export const baselineOf = (...controls: readonly Control[]): Baseline => ({
  controls,
  digest: createHash('sha256').update(JSON.stringify(controls)).digest('hex'),
});

export function evaluate(baseline: Baseline, groups: readonly NodeGroup[]): readonly ControlResult[] {
  return groups.flatMap(nodes =>
    baseline.controls.map((entry): ControlResult => {
      const path = entry.paths[0] ?? '';
      const value = nodes.kubelet?.values.get(path)?.value;
      const common = {
        control: entry,
        group: nodes.name,
        hosts: nodes.hosts,
      };
      const place = { path, expected: JSON.stringify(entry.check.value), evidence: nodes.provenance.get(path) ?? [] };
      const answered = (answer: Pick<ControlResult, 'result' | 'actual' | 'reason'>): ControlResult => ({
        ...place,
        ...answer,
        ...common,
        places: [{ ...place, ...answer }],
      });
      if (value === undefined) return answered({ result: 'not-applicable', actual: null, reason: 'no such field' });
      if (!value.known) return answered({ result: 'undecided', actual: null, reason: value.unknown.why.join() });
      const pass = JSON.stringify(value.json) === JSON.stringify(entry.check.value);
      return answered({
        result: pass ? 'pass' : 'violated',
        actual: value.json,
        reason: pass ? '' : 'not as wanted',
      });
    }),
  );
}

/** Towards the wanted value strengthens, away from it weakens. */
export function directionBy(baseline: Baseline) {
  return (path: string, before: Shown, after: Shown): Direction => {
    const wanted = baseline.controls.find(entry => entry.paths.includes(path))?.check.value;
    if (wanted === undefined) return 'neutral';
    const good = (shown: Shown) => shown.state === 'value' && JSON.stringify(shown.value) === JSON.stringify(wanted);
    if (good(before) === good(after)) return 'neutral';
    return good(after) ? 'strengthens' : 'weakens';
  };
}

export type Sketch = Readonly<{
  base: Rendering;
  head: Rendering;
  baseTree?: SourceTree;
  headTree?: SourceTree;
  /** A unified diff. */
  diff?: string;
  changes?: readonly ChangedFile[];
  baseline?: Baseline;
  fieldFlags?: readonly string[];
  headProblems?: readonly Problem[];
  minor?: ReviewInput['minor'];
}>;

export function reviewOf(sketch: Sketch): Verdict {
  const baseline = sketch.baseline ?? baselineOf();
  return review({
    base: { tree: sketch.baseTree ?? treeOf({}, 'b'.repeat(40)), rendering: sketch.base, problems: [] },
    head: {
      tree: sketch.headTree ?? treeOf({}, 'a'.repeat(40)),
      rendering: sketch.head,
      problems: sketch.headProblems ?? [],
    },
    changes: sketch.changes ?? parseUnifiedDiff(sketch.diff ?? ''),
    minor: sketch.minor ?? '1.34',
    baseline,
    answers: {
      resultsOf: nodes => evaluate(baseline, [nodes]),
      ofRepository: { base: [], head: [] },
      isFixedWhenGone: () => false,
      isBlocking: ({ severity }) => severity === 'critical' || severity === 'high',
    },
    directionOf: directionBy(baseline),
    fieldFlags: new Set(sketch.fieldFlags),
    policyPath: '.kubelet-gate.yaml',
  });
}

/** The diff of `group_vars/all.yml` whose line 2 opens authorization. */
export const authorizationDiff = `diff --git a/group_vars/all.yml b/group_vars/all.yml
--- a/group_vars/all.yml
+++ b/group_vars/all.yml
@@ -1,3 +1,3 @@
 a: 1
-mode: Webhook
+mode: AlwaysAllow
 b: 2
`;
