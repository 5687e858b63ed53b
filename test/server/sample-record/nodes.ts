import { saveBranchCommit } from '../../../adapters/store/branches.ts';
import type { Connection } from '../../../adapters/store/database.ts';
import { moveNodes, saveConfiguration } from '../../../adapters/store/nodes.ts';
import type { Shown } from '../../../core/review/types.ts';
import type { SampleIds } from './changes.ts';
import {
  CONFIG_FILE,
  commit,
  GROUPS,
  HOSTILE,
  INVENTORY,
  REPOSITORY,
  sha256,
  TEMPLATE,
  VARIABLES,
  value,
} from './cluster.ts';

const baseline: Readonly<Record<string, Shown>> = {
  'authentication.anonymous.enabled': value(false),
  'authorization.mode': value('Webhook'),
  clusterDNS: { state: 'value', value: ['10.96.0.10'], implicit: false },
  'evictionHard.memory.available': value('100Mi', true),
  maxPods: value(110, true),
  nodeIP: { state: 'unknown', why: ['fact ansible_default_ipv4'], key: 'f1' },
  readOnlyPort: value(0, true),
  rotateCertificates: value(true),
  tlsCipherSuites: { state: 'absent' },
};

const origins: Readonly<Record<string, Readonly<{ file: string; line: number }>>> = {
  'authentication.anonymous.enabled': { file: TEMPLATE, line: 8 },
  'authorization.mode': { file: VARIABLES, line: 4 },
  clusterDNS: { file: VARIABLES, line: 9 },
  nodeIP: { file: TEMPLATE, line: 21 },
  rotateCertificates: { file: TEMPLATE, line: 17 },
};

const files = {
  '/etc/systemd/system/kubelet.service.d/10-kubelet.conf': null,
  [CONFIG_FILE]: sha256('a'),
} as const;

/** Saves what the merged changes put on the nodes and on the branch, and a push nobody approved. */
export async function saveSampleNodes(db: Connection, { adopted, raised, hostile }: SampleIds): Promise<void> {
  await saveConfiguration(db, 'c-base', { values: baseline, origins, files });
  await saveConfiguration(db, 'c-gpu', {
    values: { ...baseline, maxPods: value(60) },
    origins: { ...origins, maxPods: { file: 'inventories/production/group_vars/gpu_workers.yml', line: 2 } },
    files: { ...files, [CONFIG_FILE]: sha256('c') },
  });
  const move = (changeId: number, digit: string, since: string, gpu: string) =>
    moveNodes(
      db,
      { repository: REPOSITORY, inventory: INVENTORY, changeId, commit: commit(digit), since: new Date(since) },
      GROUPS.flatMap(({ name, hosts }) =>
        hosts.map(host => ({ host, group: name, configurationDigest: name === 'gpu_workers' ? gpu : 'c-base' })),
      ),
    );
  await move(adopted, '1', '2026-11-02T09:15:00Z', 'c-base');
  await move(raised, '2', '2026-11-20T10:00:00Z', 'c-gpu');
  await saveConfiguration(db, 'c-hostile', {
    values: { [HOSTILE]: value(HOSTILE), unknown: { state: 'unknown', why: [HOSTILE], key: 'x' } },
    origins: { [HOSTILE]: { file: HOSTILE, line: 7 } },
    files: { [HOSTILE]: null },
  });
  await moveNodes(
    db,
    {
      repository: REPOSITORY,
      inventory: HOSTILE,
      changeId: hostile,
      commit: commit('6'),
      since: new Date('2026-11-25T09:00:00Z'),
    },
    [{ host: HOSTILE, group: HOSTILE, configurationDigest: 'c-hostile' }],
  );
  for (const [changeId, digit, at] of [
    [adopted, '1', '2026-11-02T09:15:03Z'],
    [raised, '2', '2026-11-20T10:00:02Z'],
  ] as const)
    await saveBranchCommit(db, {
      repository: REPOSITORY,
      branch: 'main',
      commit: commit(digit),
      tree: commit('7'),
      state: 'approved',
      changeId,
      reason: 'approved by barbara',
      at: new Date(at),
    });
  await saveBranchCommit(db, {
    repository: REPOSITORY,
    branch: 'main',
    commit: commit('9'),
    tree: commit('8'),
    state: 'unapproved',
    changeId: null,
    reason: 'roles/kubelet/templates/config.yaml.j2 was pushed by mallory without a pull request',
    at: new Date('2026-11-23T22:05:00Z'),
  });
}
