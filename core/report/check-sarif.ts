import type { Json } from '../kubelet/types.ts';
import type { Finding, Replacement, Verdict } from '../review/types.ts';
import type { Problem } from '../source/problem.ts';
import { visible } from './foreign-text.ts';
import { toTerminal } from './phrase.ts';
import { findingPhrase } from './sections.ts';

const PROBLEM_RULE = 'kubelet-gate/problem';

/**
 * SARIF 2.1.0 for code scanning: what the change introduces or leaves undecided, and its problems. A result without a
 * place in the head has no location. What was there before is left out, what is fixed too.
 */
export function checkSarif(verdict: Verdict): Json {
  const findings = verdict.findings.filter(({ status }) => status === 'introduced' || status === 'undecided');
  const rules = new Map(findings.map(finding => [finding.control, ruleOf(finding)]));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'kubelet-gate',
            rules: [
              ...rules.values(),
              ...(verdict.problems.length > 0
                ? [{ id: PROBLEM_RULE, shortDescription: { text: 'Something on a governed path cannot be judged' } }]
                : []),
            ],
          },
        },
        columnKind: 'utf16CodeUnits',
        results: [...verdict.problems.map(problemResult), ...findings.map(finding => findingResult(finding, verdict))],
        properties: { conclusion: verdict.conclusion, digest: verdict.digest, kubernetes: verdict.minor },
      },
    ],
  };
}

function ruleOf({ control, title, rationale, severity, standards }: Finding): Json {
  return {
    id: control,
    shortDescription: { text: visible(title, 500) },
    fullDescription: { text: visible(rationale === '' ? title : rationale, 1000) },
    defaultConfiguration: { level: severity === 'low' ? 'note' : severity === 'medium' ? 'warning' : 'error' },
    properties: {
      'security-severity': { critical: '9.5', high: '8.0', medium: '5.5', low: '3.0' }[severity],
      tags: ['security', ...Object.keys(standards)],
    },
  };
}

function findingResult(finding: Finding, verdict: Verdict): Json {
  const place = finding.at.find(({ side }) => side === 'RIGHT');
  return {
    ruleId: finding.control,
    level: finding.status === 'introduced' && finding.blocking ? 'error' : 'warning',
    message: { text: toTerminal(findingPhrase({ ...finding, groups: [finding.group], also: [] }, verdict)) },
    locations: place ? [location(place.file, place.line)] : [],
    ...(finding.replacement ? { fixes: [fixOf(finding.replacement)] } : {}),
    partialFingerprints: {
      'kubeletGate/v1': `${finding.control}:${finding.inventory}:${finding.group}:${finding.path}`,
    },
  };
}

/** The whole line is replaced: a region of a line without columns is the line without its break. */
function fixOf({ file, line, text }: Replacement): Json {
  const replacement = { deletedRegion: { startLine: line }, insertedContent: { text } };
  return { artifactChanges: [{ artifactLocation: { uri: uriOf(file) }, replacements: [replacement] }] };
}

function problemResult({ file, line, message }: Problem): Json {
  return {
    ruleId: PROBLEM_RULE,
    level: 'error',
    message: { text: visible(message, 500) },
    locations: file === '' ? [] : [location(file, line)],
  };
}

/** Artifact locations are URI references: each segment of the path is percent-encoded. */
function uriOf(file: string): string {
  return file
    .replace(/\p{Cs}/gu, '\uFFFD')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
}

function location(file: string, line: number): Json {
  return { physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: Math.max(1, line) } } };
}
