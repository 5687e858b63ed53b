import type { Fix } from '../baseline/types.ts';
import type { Json } from '../kubelet/types.ts';
import { type FieldChange, type Finding, listedChange, type Shown, type Verdict } from '../review/types.ts';

/**
 * The document `kubelet-gate check --format json` prints (contract: keys are fixed, additions are free). `before` and
 * `after` are the values themselves, null when absent or unknown; `beforeState` and `afterState` tell these apart:
 * value, default, absent or unknown (then `beforeUnknown`/`afterUnknown` give the reasons). `where` gives the reasons why
 * a change cannot be known to happen on every node of the group. `fields` names what a row for unknown keys (`*`) tells.
 * `replacement` of a finding is a whole line of the head that is proven to mend it.
 */
export function checkJson(verdict: Verdict): Json {
  return {
    base: verdict.base,
    head: verdict.head,
    digest: verdict.digest,
    conclusion: verdict.conclusion,
    direction: verdict.direction,
    kubernetes: verdict.minor,
    changes: verdict.changes.map(changeJson),
    findings: verdict.findings.map(findingJson),
    problems: verdict.problems.map(({ file, line, message, code }) => ({ file, line, message, code })),
    existingProblems: verdict.existingProblems.map(({ file, line, message, code }) => ({ file, line, message, code })),
    governed: verdict.governed,
    procedures: verdict.procedures,
    hosts: verdict.hostCount,
  };
}

function changeJson(change: FieldChange): Json {
  const { inventory, group, hosts, path, before, after, direction, severity, at, fields } = listedChange(change);
  return {
    inventory,
    group,
    hosts,
    path,
    before: valueOf(before),
    after: valueOf(after),
    ...stateOf('before', before),
    ...stateOf('after', after),
    ...(after.state !== 'unknown' && after.where ? { where: after.where.flatMap(({ unknown }) => unknown.why) } : {}),
    direction,
    severity,
    at: at.map(({ file, line, side }) => ({ file, line, side })),
    ...(fields.length > 0 ? { fields } : {}),
  };
}

const valueOf = (shown: Shown): Json => (shown.state === 'value' ? shown.value : null);

function stateOf(side: 'before' | 'after', shown: Shown): Readonly<Record<string, Json>> {
  const state = shown.state === 'value' && shown.implicit ? 'default' : shown.state;
  return { [`${side}State`]: state, ...(shown.state === 'unknown' ? { [`${side}Unknown`]: shown.why } : {}) };
}

function findingJson(finding: Finding): Json {
  const [place] = finding.at;
  return {
    control: finding.control,
    title: finding.title,
    severity: finding.severity,
    blocking: finding.blocking,
    status: finding.status,
    inventory: finding.inventory,
    group: finding.group,
    hosts: finding.hosts,
    path: finding.path,
    actual: finding.actual,
    expected: finding.expected,
    reason: finding.reason,
    file: place?.file ?? null,
    line: place?.line ?? null,
    fix: fixJson(finding.fix),
    ...(finding.replacement ? { replacement: { ...finding.replacement } } : {}),
    standards: finding.standards,
    threats: finding.threats,
  };
}

/** Words, the value, or the values by path. */
function fixJson(fix: Fix): Json {
  if ('do' in fix) return fix.do;
  return 'each' in fix ? fix.each : fix.set;
}
