import { groupsOf, hostsOf, type Inventory } from './inventory/inventory.ts';
import type { NodeRole, RoleGroup } from './types.ts';

/** Names of groups whose hosts run the control plane. */
const CONTROL_PLANE =
  /control[-_]?plane|master|(?:kube|k8s|kubernetes)[-_]control(?:lers?)?(?![a-z])|^controllers?$|(?:k3s|kube|k8s|rke2?)[-_]servers?/i;
/** Names of groups whose hosts have GPUs; `no_gpu` says that they have none. */
const GPU = /(?<!(?:^|[-_])(?:no|non|without)[-_]?)gpu|nvidia/i;
/** Names of groups whose hosts run workloads and nothing else. */
const WORKER = /worker|kube[-_]node$|^agents?$|(?:k3s|kube|k8s|rke2?)[-_]?agents?/i;
/** A name that may mean the workers, or every node there is. */
const NODES = /(?:^|[-_]|kube|k8s)nodes?$/i;
/** Programs beside Kubernetes that have masters, workers and nodes of their own, as the words before those. */
const OTHER_PROGRAMS =
  /(?:^|[-_])(?:actions|airflow|bastion|bind|calico|cassandra|celery|ceph|clickhouse|consul|db|dns|docker|elastic|elasticsearch|es|etcd|flink|galera|gluster|hadoop|haproxy|harbor|hbase|hdfs|host|jenkins|jump|kafka|keepalived|lb|load[-_]?balancer|mariadb|mesos|minio|mongo|mongodb|monitoring|mysql|nagios|nfs|nomad|opensearch|pg|post|postgres|postgresql|prometheus|proxy|puppet|quarter|rabbitmq|redis|registry|runner|salt|spark|storage|swarm|vault|vpn|web|yarn|zabbix|zookeeper)[-_]?(?:masters?|workers?|nodes?|agents?|servers?)/i;

/** What a name says, and whether it may as well mean every node. */
type Said = Readonly<{ roles: readonly NodeRole[]; loose: boolean }>;

const NOTHING: Said = { roles: [], loose: false };

/** What the hosts of a group are for, by its name alone. */
function saidBy(inventory: Inventory, name: string): Said {
  if (OTHER_PROGRAMS.test(name)) return NOTHING;
  const controlPlane = CONTROL_PLANE.test(name) || isServerOfAgents(inventory, name);
  const gpu = GPU.test(name);
  const worker = WORKER.test(name);
  const nodes = NODES.test(name) && !controlPlane;
  const roles: readonly NodeRole[] = [
    ...(controlPlane ? (['control-plane'] as const) : []),
    ...(gpu ? (['gpu'] as const) : []),
    ...(worker || nodes ? (['worker'] as const) : []),
  ];
  return { roles, loose: controlPlane ? gpu || worker : nodes && !gpu && !worker };
}

/** k3s calls its two kinds of node servers and agents. */
function isServerOfAgents({ groups }: Inventory, name: string): boolean {
  return /^servers?$/i.test(name) && (groups.has('agent') || groups.has('agents'));
}

/** What the hosts of a group are for; nothing where its name is loose and groups of both kinds lie below it. */
function rolesIn(inventory: Inventory, name: string): readonly NodeRole[] {
  const said = saidBy(inventory, name);
  return said.loose && isOfBoth(inventory, name) ? [] : said.roles;
}

function isOfBoth(inventory: Inventory, name: string): boolean {
  const below = new Set(inventory.groups.get(name)?.children);
  const found = new Set<'control-plane' | 'workloads'>();
  for (const child of below) {
    for (const role of saidBy(inventory, child).roles) found.add(role === 'control-plane' ? role : 'workloads');
    for (const one of inventory.groups.get(child)?.children ?? []) below.add(one);
  }
  return found.size === 2;
}

/** What a host is for, from the names of its inventory groups; a worker where none of them says so. */
export function rolesOf(inventory: Inventory, host: string): readonly NodeRole[] {
  const found = new Set(groupsOf(inventory, host).flatMap(({ name }) => rolesIn(inventory, name)));
  if (found.size === 0) found.add('worker');
  return ORDER.filter(role => found.has(role));
}

const ORDER: readonly NodeRole[] = ['control-plane', 'gpu', 'worker'];

/** The groups of an inventory whose names say what their hosts are for, with their hosts. */
export function roleGroups(inventory: Inventory): readonly RoleGroup[] {
  const found = [...inventory.groups.keys()].flatMap((name): readonly RoleGroup[] => {
    const roles = rolesIn(inventory, name);
    const hosts = roles.length > 0 ? hostsOf(inventory, name) : [];
    return hosts.length > 0 ? [{ name, roles, hosts, certain: true }] : [];
  });
  const controlPlane = new Set(found.flatMap(({ roles, hosts }) => (roles.includes('control-plane') ? hosts : [])));
  return found.map(group => ({ ...group, certain: !mayBeAll(inventory, group, controlPlane) }));
}

/** Whether a group with a loose name has every host of the control plane and more. */
function mayBeAll(inventory: Inventory, { name, hosts }: RoleGroup, controlPlane: ReadonlySet<string>): boolean {
  if (controlPlane.size === 0 || hosts.length <= controlPlane.size || !saidBy(inventory, name).loose) return false;
  const own = new Set(hosts);
  return [...controlPlane].every(host => own.has(host));
}
