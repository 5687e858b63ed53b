import { posix } from 'node:path';
import { readText } from '../kubelet/read-text.ts';
import { type RenderedText, unknownToken } from '../source/rope.ts';
import { jsonPatchText } from './json-patch.ts';
import { HEADER } from './kubelet-header.ts';
import { joinTexts, literalText } from './rendered-text.ts';

/** `kubeletconfiguration[suffix][+patchtype].extension`, as kubeadm names its patches. */
const PATCH_NAME = /^kubeletconfiguration([^+/]*?)(?:\+(strategic|merge|json))?\.(?:ya?ml|json)$/;

/** Whether a file is a kubeadm patch of the kubelet's configuration: by its type, or by its directory. */
export function isPatchName(path: string, directories: readonly string[] = []): boolean {
  const match = PATCH_NAME.exec(posix.basename(path));
  return match !== null && (match[2] !== undefined || directories.includes(posix.dirname(path)));
}

/**
 * A patch as a document to be merged over the configuration, which is what kubeadm does with it: strategic and merge
 * patches of a KubeletConfiguration replace lists, merge mappings and remove what is null. A JSON patch becomes such a
 * document where every value it needs can be seen; else it makes the whole result unknown.
 *
 * @param before the configuration and the patches applied to it so far, in order
 */
export function patchText(path: string, text: RenderedText, before: readonly RenderedText[]): RenderedText | null {
  if (text.text.trim() === '') return null;
  const read = readText({ name: path, text: text.text, unknowns: text.unknowns }, 'drop-in', path);
  if (!read.ok) return text;
  if (read.root.kind === 'list') return jsonPatchText(text, read.root.items, before) ?? undecided(path);
  if (read.root.kind !== 'map') return text;
  const keys = new Set(read.root.entries.map(({ key }) => key));
  if (keys.has('$patch') || /["']?\$(?:patch|retainKeys|deleteFromPrimitiveList)/.test(text.text))
    return undecided(path);
  if (keys.has('kind') && keys.has('apiVersion')) return text;
  if (/^\s*\{/.test(text.text)) return text;
  const missing = HEADER.split('\n').filter(line => line !== '' && !keys.has(line.slice(0, line.indexOf(':'))));
  return joinTexts([literalText(`${missing.join('\n')}\n`), text]);
}

/** The patch may have set anything. */
function undecided(path: string): RenderedText {
  const id = '9a7c4000';
  const why = `${path} patches the kubelet configuration in a way the gate does not apply`;
  return { ...literalText(unknownToken(id)), unknowns: new Map([[id, { key: `patch ${path}`, why: [why] }]]) };
}
