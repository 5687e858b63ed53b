import { servicesOf } from '../../ansible/service-units.ts';
import { expandWords } from '../../ansible/systemd-words.ts';
import type { NodeGroup } from '../../ansible/types.ts';
import { originsAt, type RenderedText } from '../../source/rope.ts';
import { destOf } from '../file-texts.ts';
import { type UnitText, unitWays } from '../unit-ways.ts';
import { type ProxyStart, proxyStart, type Word } from './command-line.ts';

const FILE = /kube-?proxy[^/]*\.service(?:\.d\/[^/]+\.conf)?$|\/kube-?proxy(?:\.env|\.conf)?$/;

/** How the units of a node group start kube-proxy, in every way their texts may go together; null of too many. */
export function startsInUnits({ files }: NodeGroup): readonly (readonly ProxyStart[])[] | null {
  const own = files.filter(file => file.kind !== 'KubeProxyConfiguration' && FILE.test(destOf(file)) && file.text);
  return own.length === 0 ? [] : (unitWays(own)?.map(startsOf) ?? null);
}

function startsOf(texts: readonly UnitText[]): readonly ProxyStart[] {
  return servicesOf(texts).flatMap(({ command, literal, environment }) => {
    if (!command) return [];
    const unset = (name: string | undefined) => name !== undefined && !environment.has(name);
    const kept = command.filter(({ text }) => unset(/^\$\{?(\w+)\}?$/.exec(text)?.[1]));
    const expanded = command.flatMap(word =>
      literal || kept.includes(word) ? [word] : expandWords([word], environment),
    );
    return proxyStart(expanded.map(wordOf), false) ?? [];
  });
}

function wordOf(text: RenderedText): Word {
  return { text: text.text, sure: true, evidence: originsAt(text, 0, text.text.length).slice(0, 1) };
}
