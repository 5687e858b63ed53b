import { parseQuantity } from '../go-quantity.ts';
import type { Json } from '../types.ts';
import { isLabelValue, isQualifiedName } from './label-names.ts';
import type { ConfigurationView, Refusal, Rule } from './rule.ts';

const INVALID = 'invalid configuration: ';
const SECOND = 1_000_000_000n;
const TOTAL = 'shutdownGracePeriod';
const CRITICAL = 'shutdownGracePeriodCriticalPods';
const BY_PRIORITY = 'shutdownGracePeriodByPodPriority';

function tooShort(view: ConfigurationView, path: string): Refusal | null {
  const period = view.duration(path);
  if (!view.gate('GracefulNodeShutdown') || (period >= 0n && (period === 0n || period >= SECOND))) return null;
  return { path, message: `${INVALID}${path} ${view.text(path)} must be either zero or otherwise >= 1 sec` };
}

function anyGrace(view: ConfigurationView): boolean {
  return view.duration(TOTAL) > 0n || view.duration(CRITICAL) > 0n;
}

/** Graceful shutdown, node allocatable, reserved memory and taints. */
export const POD_RULES: readonly Rule[] = [
  {
    id: 'V036',
    check: view =>
      view.objects('registerWithTaints').flatMap((taint, index) => {
        const path = `registerWithTaints[${index}]`;
        const wrong =
          !isQualifiedName(String(taint['key'])) ||
          !isLabelValue(String(taint['value'] ?? '')) ||
          !['', 'NoSchedule', 'PreferNoSchedule', 'NoExecute'].includes(String(taint['effect']));
        const refusals = wrong ? [{ path, message: `invalid taint: ${JSON.stringify(taint)}` }] : [];
        if (taint['timeAdded'] === undefined) return refusals;
        return [...refusals, { path, message: `${INVALID}taint.TimeAdded is not nil` }];
      }),
  },
  {
    id: 'V040',
    check: view =>
      view.gate('GracefulNodeShutdown') && view.duration(CRITICAL) > view.duration(TOTAL)
        ? {
            path: CRITICAL,
            message: `${INVALID}${CRITICAL} ${view.text(CRITICAL)} must be <= ${TOTAL} ${view.text(TOTAL)}`,
          }
        : null,
  },
  { id: 'V041', check: view => tooShort(view, TOTAL) },
  { id: 'V042', check: view => tooShort(view, CRITICAL) },
  {
    id: 'V043',
    check: view =>
      !view.gate('GracefulNodeShutdown') && anyGrace(view)
        ? {
            path: TOTAL,
            message: `${INVALID}specifying ${TOTAL} or ${CRITICAL} requires feature gate GracefulNodeShutdown`,
          }
        : null,
  },
  {
    id: 'V044',
    check: view =>
      view.gate('GracefulNodeShutdownBasedOnPodPriority') && view.objects(BY_PRIORITY).length > 0 && anyGrace(view)
        ? { path: BY_PRIORITY, message: `${INVALID}Cannot specify both ${BY_PRIORITY} and ${TOTAL} at the same time` }
        : null,
  },
  {
    id: 'V045',
    check: view =>
      !view.gate('GracefulNodeShutdownBasedOnPodPriority') && view.objects(BY_PRIORITY).length > 0
        ? {
            path: BY_PRIORITY,
            message: `${INVALID}Specifying ${BY_PRIORITY} requires feature gate GracefulNodeShutdownBasedOnPodPriority`,
          }
        : null,
  },
  { id: 'V051', since: '1.32', check: view => both(view, 'system-reserved') },
  { id: 'V052', since: '1.32', check: view => both(view, 'kube-reserved') },
  { id: 'V053', check: enforcements },
  {
    id: 'V067',
    check: view =>
      view.objects('reservedMemory').flatMap((node, index) => {
        const limits = Object.keys((node['limits'] as Readonly<Record<string, Json>> | null) ?? {});
        return limits
          .filter(name => name !== 'memory' && !name.startsWith('hugepages-'))
          .map(name => ({
            path: `reservedMemory[${index}].limits`,
            message: `${INVALID}the limit type "${name}" for NUMA node ${node['numaNode']} is invalid, only memory and hugepages-<size> may be reserved`,
          }));
      }),
  },
  {
    id: 'V068',
    check: view =>
      view.objects('reservedMemory').flatMap((node, index) =>
        Object.entries((node['limits'] as Readonly<Record<string, Json>> | null) ?? {})
          .filter(([, value]) => parseQuantity(String(value))?.nanos === 0n)
          .map(([name]) => ({
            path: `reservedMemory[${index}].limits`,
            message: `${INVALID}reserved memory may not be zero for NUMA node ${node['numaNode']} and resource ${name}`,
          })),
      ),
  },
  {
    id: 'V069',
    check: view => {
      const seen = new Set<string>();
      return view.objects('reservedMemory').flatMap((node, index) =>
        Object.keys((node['limits'] as Readonly<Record<string, Json>> | null) ?? {}).flatMap(name => {
          const key = `${node['numaNode']}\0${name}`;
          const repeated = seen.has(key);
          seen.add(key);
          return repeated
            ? [
                {
                  path: `reservedMemory[${index}]`,
                  message: `${INVALID}the reserved memory has a duplicate value for NUMA node ${node['numaNode']} and resource ${name}`,
                },
              ]
            : [];
        }),
      );
    },
  },
];

function both(view: ConfigurationView, name: string): Refusal | null {
  const listed = view.texts('enforceNodeAllocatable');
  if (!listed.includes(name) || !listed.includes(`${name}-compressible`)) return null;
  return {
    path: 'enforceNodeAllocatable',
    message: `${INVALID}both ${name} and ${name}-compressible cannot be specified in enforceNodeAllocatable`,
  };
}

/** V053-V058: the entries of enforceNodeAllocatable, one after the other. */
function enforcements(view: ConfigurationView): readonly Refusal[] {
  const listed = view.texts('enforceNodeAllocatable');
  const path = 'enforceNodeAllocatable';
  const compressible = view.minor !== '1.31';
  const seen = new Set<string>();
  const refusals: Refusal[] = [];
  for (const name of listed) {
    if (seen.has(name)) {
      refusals.push({
        path,
        message: `${INVALID}duplicated enforcements "${name}" in enforceNodeAllocatable (--enforce-node-allocatable)`,
      });
      continue;
    }
    seen.add(name);
    if (name === 'none') {
      if (listed.length > 1) {
        refusals.push({
          path,
          message: `${INVALID}enforceNodeAllocatable (--enforce-node-allocatable) may not contain additional enforcements when "none" is specified`,
        });
      }
      continue;
    }
    const kind = /^(system|kube)-reserved(-compressible)?$/.exec(name);
    if (name !== 'pods' && (!kind || (kind[2] !== undefined && !compressible))) {
      refusals.push({
        path,
        message: `${INVALID}option "${name}" specified for enforceNodeAllocatable (--enforce-node-allocatable). Valid options are "pods", "system-reserved", "kube-reserved" or "none"`,
      });
      continue;
    }
    const cgroup = kind?.[1] === 'system' ? 'systemReservedCgroup' : kind ? 'kubeReservedCgroup' : null;
    if (cgroup !== null && view.text(cgroup) === '') {
      refusals.push({
        path: cgroup,
        message: `${INVALID}${cgroup} must be specified when "${name}" contained in enforceNodeAllocatable`,
      });
    }
    if (!view.flag('cgroupsPerQOS')) {
      refusals.push({
        path: 'cgroupsPerQOS',
        message: `${INVALID}cgroupsPerQOS (--cgroups-per-qos) must be set to true when "${name}" contained in enforceNodeAllocatable (--enforce-node-allocatable)`,
      });
    }
  }
  return refusals;
}
