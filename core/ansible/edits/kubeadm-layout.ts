import { readText } from '../../kubelet/read-text.ts';
import type { SourceNode } from '../../kubelet/source-node.ts';
import type { Json } from '../../kubelet/types.ts';
import { originsAt, type RenderedText } from '../../source/rope.ts';
import type { DistributionDefault } from '../distribution-defaults.ts';
import { tokenOf } from '../jinja/text.ts';
import { joinTexts, literalText, sliceText } from '../rendered-text.ts';
import { unknownValue } from '../value.ts';
import { toRendered } from './file-lines.ts';

/** A part of the file: a scalar as it is written, a list, or a mapping. */
type Part = RenderedText | readonly Part[] | Mapping;
type Mapping = Map<string, Part>;

const DURATIONS = [
  'authentication.webhook.cacheTTL',
  'authorization.webhook.cacheAuthorizedTTL',
  'authorization.webhook.cacheUnauthorizedTTL',
  'cpuManagerReconcilePeriod',
  'evictionPressureTransitionPeriod',
  'fileCheckFrequency',
  'httpCheckFrequency',
  'imageMaximumGCAge',
  'imageMinimumGCAge',
  'nodeStatusReportFrequency',
  'nodeStatusUpdateFrequency',
  'runtimeRequestTimeout',
  'shutdownGracePeriod',
  'shutdownGracePeriodCriticalPods',
  'streamingConnectionIdleTimeout',
  'syncFrequency',
  'volumeStatsAggPeriod',
];

/**
 * What stands in the file whoever sets nothing: settings kubeadm makes explicit that are the kubelet's defaults too, and
 * fields of the Go type that are written although they are empty (k8s.io/kubelet/config/v1beta1, no `omitempty` or a
 * struct).
 */
const ALWAYS_THERE: readonly (readonly [path: string, value: Json])[] = [
  ...DURATIONS.map(path => [path, '0s'] as const),
  ['authentication.anonymous.enabled', false],
  ['authentication.webhook.enabled', true],
  ['authorization.mode', 'Webhook'],
  ['containerRuntimeEndpoint', ''],
  ['healthzPort', 10248],
  ['logging.flushFrequency', 0],
  ['logging.options.json.infoBufferSize', '0'],
  ['logging.options.text.infoBufferSize', '0'],
  ['logging.verbosity', 0],
  ['memorySwap', {}],
];

/**
 * A KubeletConfiguration as kubeadm writes it (sigs.k8s.io/yaml): keys in order, two blanks a level, lists at the level
 * of their key, what is left out filled in. Values keep their origins; what kubeadm fills in has none. null when a part
 * of the document is not known, so that what else stands in it cannot be told.
 */
export function asLaidOutByKubeadm(
  document: RenderedText,
  defaults: readonly DistributionDefault[],
): RenderedText | null {
  const read = readText({ name: '', text: document.text, unknowns: document.unknowns }, 'config', '');
  const root = read.ok ? partOf(document, read.root) : null;
  if (!(root instanceof Map)) return null;
  for (const { path, value, always } of defaults) {
    const part = value.known
      ? partOfJson(value.json)
      : toRendered(tokenOf(unknownValue(value.unknown.key, value.unknown.why)));
    fill(root, path, part, always === true);
  }
  for (const [path, value] of ALWAYS_THERE) fill(root, path, partOfJson(value), false);
  return joinTexts(linesOf(root).flatMap(line => [line, END]));
}

const END = literalText('\n');

function partOf(document: RenderedText, node: SourceNode): Part | null {
  const { span } = node.origin;
  const origins = span ? originsAt(document, span.start, span.end) : [];
  switch (node.kind) {
    case 'map':
      return node.open ? null : mappingOf(document, node);
    case 'list': {
      const items = node.items.map(item => partOf(document, item));
      return items.every(item => item !== null) ? items : null;
    }
    case 'unknown':
      return span ? sliceText(document, span.start, span.end) : null;
    case 'string':
      return literalText(scalarText(node.value), origins);
    case 'number':
      return literalText(node.text, origins);
    case 'bool':
      return literalText(String(node.value), origins);
    case 'null':
      return literalText('null', origins);
  }
}

function mappingOf(document: RenderedText, node: Extract<SourceNode, { kind: 'map' }>): Mapping | null {
  const mapping: Mapping = new Map();
  for (const { key, value } of node.entries) {
    if (value.kind === 'null') continue;
    const part = partOf(document, value);
    if (part === null) return null;
    mapping.set(key, part);
  }
  return mapping;
}

function partOfJson(json: Json): Part {
  if (Array.isArray(json)) return json.map(partOfJson);
  if (typeof json === 'object' && json !== null)
    return new Map(Object.entries(json).map(([key, value]) => [key, partOfJson(value)]));
  return literalText(typeof json === 'string' ? scalarText(json) : String(json));
}

/** Sets what a path leads to; unless it must `replace`, only where nothing is. */
function fill(root: Mapping, path: string, part: Part, replace: boolean): void {
  const names = path.split('.');
  let mapping = root;
  for (const name of names.slice(0, -1)) {
    const inner = mapping.get(name) ?? new Map<string, Part>();
    if (!(inner instanceof Map)) return;
    mapping.set(name, inner);
    mapping = inner;
  }
  const last = names.at(-1) ?? '';
  if (replace ? textOf(mapping.get(last)) !== textOf(part) : !mapping.has(last)) mapping.set(last, part);
}

function textOf(part: Part | undefined): string | null {
  return part !== undefined && isScalar(part) ? part.text : null;
}

/** A string plain where YAML reads it as the same string, else in double quotes. */
function scalarText(text: string): string {
  const plain = /^[A-Za-z/][\w./@+=-]*(?::[\w./@+=-]+)*$|^\d+(?:\.\d+){3}$|^\d[\w.]*[A-Za-z%]$/.test(text);
  return plain && !/^(?:y|n|yes|no|on|off|true|false|null|\d+e\d+|0x[\da-f]+)$/i.test(text)
    ? text
    : JSON.stringify(text);
}

function isScalar(part: Part): part is RenderedText {
  return !(part instanceof Map) && !Array.isArray(part);
}

function linesOf(mapping: Mapping): readonly RenderedText[] {
  return [...mapping]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, part]): readonly RenderedText[] => {
      const key = literalText(`${scalarText(name)}:`);
      if (isScalar(part)) return [joinTexts([key, BLANK, part])];
      const inner = part instanceof Map ? linesOf(part).map(indented) : itemLines(part);
      if (inner.length === 0) return [joinTexts([key, literalText(part instanceof Map ? ' {}' : ' []')])];
      return [key, ...inner];
    });
}

const BLANK = literalText(' ');
const DASH = literalText('- ');
const INDENT = literalText('  ');

function indented(line: RenderedText): RenderedText {
  return joinTexts([INDENT, line]);
}

function itemLines(items: readonly Part[]): readonly RenderedText[] {
  return items.flatMap(item => {
    const lines = isScalar(item) ? [item] : item instanceof Map ? linesOf(item) : itemLines(item);
    return lines.map((line, index) => joinTexts([index === 0 ? DASH : INDENT, line]));
  });
}
