import type { Json } from '../kubelet/types.ts';
import { ProblemError } from '../source/problem.ts';
import { type RenderedText, readable, UNKNOWN_TOKEN } from '../source/rope.ts';
import { newBudget } from './budget.ts';
import { parseToml, TomlError } from './toml.ts';
import type { NodeFile } from './types.ts';
import { toJson } from './value.ts';
import { loadYaml } from './yaml.ts';

const MAX_CHARACTERS = 256 * 1024;

/**
 * What a JSON, YAML or TOML file on a node says, as JSON data: one value, or a list of the documents of a YAML stream.
 * Unknown parts of texts are readable (`⟨unknown: …⟩`). null for other files, and where the text cannot be told or read.
 */
export function fileValues({ dest, kind, text, alternatives }: NodeFile): Json {
  if (!text || alternatives.length !== 1 || text.text.length > MAX_CHARACTERS) return null;
  const path = dest.value.known ? dest.value.json : '';
  const parse = parserFor(path, kind, text.text);
  if (!parse) return null;
  const parsed = parse(text.text.replace(UNKNOWN_TOKEN, '⟪$1⟫'));
  return parsed === undefined ? null : withReadable(parsed, text);
}

/** CRI-O's files are TOML whatever they are called. */
const CRIO_SETTINGS = /^\/etc\/crio\/(?:crio\.conf|crio\.conf\.d\/[^/]+)$/;

type Parse = (text: string) => Json | undefined;

function parserFor(path: string, kind: NodeFile['kind'], text: string): Parse | null {
  if (path.endsWith('.toml') || CRIO_SETTINGS.test(path)) return tomlValues;
  if (kind === 'sysctl' || kind === 'kernel-modules') return null;
  if (kind === 'kubelet-flags' && !/\.ya?ml$/.test(path)) return null;
  if (/^\s*[{[]/.test(text)) return jsonValues;
  return kind !== 'other' || /\.(?:ya?ml|json)$/.test(path) ? yamlValues : null;
}

function jsonValues(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return yamlValues(text);
  }
}

function tomlValues(text: string): Json | undefined {
  try {
    return parseToml(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return undefined;
  }
}

function yamlValues(text: string): Json | undefined {
  try {
    const { documents, problems } = loadYaml('', text, newBudget());
    if (problems.length > 0 || documents.length === 0) return undefined;
    const values = documents.map(document => toJson(document) as Json);
    return values.length === 1 ? values[0] : values;
  } catch (error) {
    if (error instanceof ProblemError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function withReadable(value: Json, text: RenderedText): Json {
  if (typeof value === 'string') return readableText(value, text);
  if (Array.isArray(value)) return value.map(item => withReadable(item as Json, text));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Readonly<Record<string, Json>>);
  return Object.fromEntries(entries.map(([key, item]) => [readableText(key, text), withReadable(item, text)]));
}

function readableText(value: string, { unknowns }: RenderedText): string {
  const marked = value.replace(/⟪([0-9a-f]{8})⟫/g, '\uE000$1\uE001');
  return readable({ text: marked, segments: [], unknowns });
}
