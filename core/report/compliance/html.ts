import { type Html, type HtmlValue, html, markup } from '../html.ts';
import type { Phrase } from '../phrase.ts';
import { problemRows, rowPlace } from '../problem-rows.ts';
import { jsonText } from '../shown-value.ts';
import { complianceStyle } from './style.ts';
import { type Compliance, type ComplianceFinding, STANDINGS, type WaiverStanding } from './types.ts';
import {
  groupName,
  groupPhrase,
  groupsPhrase,
  hasValue,
  places,
  STANDING_WORDS,
  scopePhrase,
  summarySentence,
  toDo,
  totals,
  waiverPhrase,
} from './words.ts';

/** The report as one file: no script, nothing from elsewhere, everything foreign escaped. */
export function complianceHtml(report: Compliance): string {
  const { rev, day, minor, baselineDigest, hostCount, controls } = report;
  return markup(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>Compliance of ${rev.slice(0, 12)} · kubelet-gate</title>
${complianceStyle()}
</head>
<body>
<main>
<h1>Compliance report</h1>
<p class="lead">${summarySentence(report)}</p>
<dl class="facts">
${fact('Revision', html`<code>${rev}</code>`)}
${fact('Day', day)}
${fact('Kubernetes', minor)}
${fact('Nodes', hostCount)}
${fact('Controls', controls)}
${fact('Baseline', html`<code>${baselineDigest.slice(0, 12)}</code>`)}
</dl>
<h2>By area</h2>
${table(['Area', 'Controls', ...STANDINGS.map(heading)], areaRows(report), 1)}
<p class="muted">A control counts once for every node group it is about.</p>
${findings('Violated', report, 'violated')}
${findings('Undecided: Git alone does not tell', report, 'undecided')}
${findings('Waived', report, 'waived')}
${waivers(report.waivers)}
${problems(report)}
<h2>Node groups</h2>
<p class="muted">Nodes on which everything is the same.</p>
<ul>${report.groups.map(
    group => html`<li>${inHtml(groupPhrase(group))}${group.inventory !== '' && html` in <code>${group.inventory}</code>`}</li>
`,
  )}</ul>
<h2>By area and node group</h2>
${table(['Area', 'Node group', ...STANDINGS.map(heading)], groupRows(report), 2)}
</main>
</body>
</html>
`);
}

function heading(standing: (typeof STANDINGS)[number]): string {
  const words = STANDING_WORDS[standing];
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function fact(name: string, value: HtmlValue): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

/** Of our own words and foreign text: the foreign in code. */
function inHtml(phrase: Phrase): Html {
  return html`${phrase.map(part => (typeof part === 'string' ? part : html`<code>${part.foreign}</code>`))}`;
}

function areaRows({ areas, standings }: Compliance): readonly (readonly HtmlValue[])[] {
  return areas.map(({ title, controls, asks }) => [
    html`<strong>${title}</strong><span class="under">${asks}</span>`,
    controls,
    ...numbers(totals(standings.filter(({ area }) => area === title))),
  ]);
}

function groupRows({ standings }: Compliance): readonly (readonly HtmlValue[])[] {
  return standings.map(one => [one.area, inHtml(groupName(one)), ...numbers(one.counts)]);
}

function numbers(counts: Readonly<Record<(typeof STANDINGS)[number], number>>): readonly HtmlValue[] {
  return STANDINGS.map(standing =>
    counts[standing] === 0
      ? html`<span class="zero">0</span>`
      : html`<span class="${standing}">${counts[standing]}</span>`,
  );
}

/** A table whose columns from `numbersFrom` on are numbers. */
function table(heads: readonly string[], rows: readonly (readonly HtmlValue[])[], numbersFrom: number): Html {
  const kind = (index: number) => (index >= numbersFrom ? 'number' : 'text');
  return html`<table>
<thead><tr>${heads.map((head, index) => html`<th scope="col" class="${kind(index)}">${head}</th>`)}</tr></thead>
<tbody>${rows.map(
    row => html`
<tr>${row.map((cell, index) => html`<td class="${kind(index)}">${cell}</td>`)}</tr>`,
  )}
</tbody>
</table>`;
}

function findings(title: string, report: Compliance, standing: ComplianceFinding['standing']): Html {
  const found = report.findings.filter(finding => finding.standing === standing);
  return html`${
    found.length > 0 &&
    html`<h2>${title} <span class="count">${found.length}</span></h2>
${found.map(card)}`
  }`;
}

function card(finding: ComplianceFinding): Html {
  const { control, area, standing, path, actual, expected, reason, waiver } = finding;
  return html`<article class="${standing}">
<h3><span class="badge ${control.severity}">${control.severity}</span> ${control.title} <span class="id">${control.id} · ${area}</span></h3>
<p>${reason}</p>
<dl>
${hasValue(finding) && fact('Is', html`<code>${path}</code>: ${actual === null ? 'not set' : html`<code>${jsonText(actual)}</code>`}`)}
${fact('Should be', expected)}
${fact('Nodes', inHtml(groupsPhrase(finding)))}
${fact('Written at', inHtml(places(finding)))}
${waiver ? fact('Waived', inHtml(waiverPhrase(waiver))) : fact('What to do', inHtml(toDo(finding)))}
</dl>
</article>
`;
}

function waivers(all: readonly WaiverStanding[]): Html {
  const idle = all.filter(({ state }) => state !== 'applies');
  return html`${
    idle.length > 0 &&
    html`<h2>Waivers that accept nothing <span class="count">${idle.length}</span></h2>
<ul>${idle.map(
      ({ waiver, state }) =>
        html`<li><strong>${state}</strong>: <code>${waiver.control}</code>, ${inHtml(scopePhrase(waiver))}: ${inHtml(waiverPhrase(waiver))}</li>
`,
    )}</ul>`
  }`;
}

function problems(report: Compliance): Html {
  const kinds = [...problemRows(report)];
  return html`${
    kinds.length > 0 &&
    html`<h2>What could not be judged <span class="count">${kinds.reduce((sum, [, rows]) => sum + rows.length, 0)}</span></h2>
${kinds.map(
  ([{ title }, rows]) => html`<h3>${title}</h3>
<ul>${rows.map(row => html`<li>${row.problem.file !== '' && html`<code>${rowPlace(row)}</code>: `}${row.problem.message}</li>\n`)}</ul>`,
)}`
  }`;
}
