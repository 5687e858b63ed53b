import { html } from '../../core/report/html.ts';
import type { NodeSummary } from '../api/nodes.ts';
import { hostNames } from './hosts.ts';
import { layout, table } from './layout.ts';
import { changeLink } from './links.ts';
import { moment } from './moment.ts';
import { type GivenFilter, isFiltered } from './pager.ts';

/** `/nodes`: the hosts the gate knows now, node group by node group. */
export function nodeListPage(data: Readonly<{ nodes: readonly NodeSummary[]; filter: GivenFilter }>): string {
  const { nodes, filter } = data;
  const groups = new Map<string, NodeSummary[]>();
  for (const node of nodes) {
    const key = JSON.stringify([node.repository, node.inventory, node.group, node.changeId]);
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  return layout({
    title: 'Nodes',
    section: '/nodes',
    json: `/api/v1/nodes?${new URLSearchParams(filter)}`,
    body: html`
<h1>Nodes</h1>
<p class="lead">What merged changes say each node's kubelet runs with. Nodes that get exactly the same stand together.</p>
<form class="filter" method="get" action="/nodes" role="search" aria-label="Filter nodes">
<label>Name contains <input name="name" value="${filter['name']}" autocapitalize="off" spellcheck="false"></label>
<label>Repository <input name="repo" value="${filter['repo']}" placeholder="owner/name" autocapitalize="off" spellcheck="false"></label>
<span class="buttons"><button>Filter</button>${isFiltered(filter) && html` <a href="/nodes">Clear</a>`}</span>
</form>
${table(
  ['Node group', 'Nodes', 'Repository', 'Inventory', 'As it is since'],
  [...groups.values()].map(group => {
    const first = group[0]!;
    return [
      html`<strong><bdi>${first.group}</bdi></strong>`,
      hostNames(group.map(({ node }) => node)),
      first.repository,
      first.inventory === '' ? html`<span class="muted">none</span>` : html`<code>${first.inventory}</code>`,
      changeLink(first.changeId, moment(first.since)),
    ];
  }),
  {
    none: isFiltered(filter)
      ? 'No node matches these filters.'
      : 'No node yet. Nodes appear once a change that governs them is merged.',
  },
)}`,
  });
}
