import { type Html, html } from '../../core/report/html.ts';
import { nodeLink } from './links.ts';

/** Hosts that are shown without a click. */
const SHOWN = 5;

/** Hosts a list names; a page with thousands of them in every row helps nobody. */
const NAMED = 500;

/** `gpu, storage 48 nodes`: the hosts of the node groups open on a click. A group that is one host is that host; none are the repository. */
export function groupHosts(groups: readonly string[], hosts: readonly string[]): Html {
  if (hosts.length === 0) return html`the repository`;
  const [host] = hosts;
  if (host !== undefined && hosts.length === 1 && groups[0] === host) return nodeLink(host);
  return html`<details><summary>${groups.map((group, index) => html`${index > 0 && ', '}<bdi>${group}</bdi>`)} <span class="count">${nodes(hosts.length)}</span></summary>
${list(hosts)}</details>`;
}

/** The hosts by name; many of them open on a click. */
export function hostNames(hosts: readonly string[]): Html {
  if (hosts.length <= SHOWN) return list(hosts);
  return html`<details><summary>${nodes(hosts.length)}</summary>
${list(hosts)}</details>`;
}

function list(hosts: readonly string[]): Html {
  const more = hosts.length - NAMED;
  return html`<ul class="hosts">${hosts.slice(0, NAMED).map(host => html`<li>${nodeLink(host)}</li>`)}${
    more > 0 && html`<li class="muted">and ${more} more</li>`
  }</ul>`;
}

function nodes(count: number): string {
  return `${count} ${count === 1 ? 'node' : 'nodes'}`;
}
