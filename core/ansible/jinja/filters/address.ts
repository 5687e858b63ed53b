import { allOrigins, bool, int, none, str, type Value } from '../../value.ts';
import { derived } from '../python.ts';
import { any, type Filters } from './filter.ts';

/** An IPv4 address as written, with the prefix behind it; null where none is written. */
type Network = Readonly<{ address: number; prefix: number | null }>;

function networkOf(text: string): Network | null {
  const [, address = '', prefix] = /^(\d{1,3}(?:\.\d{1,3}){3})(?:\/(\d{1,2}))?$/.exec(text) ?? [];
  const parts = address.split('.').map(Number);
  if (address === '' || parts.some(part => part > 255) || Number(prefix ?? 0) > 32) return null;
  return {
    address: parts.reduce((all, part) => all * 256 + part, 0),
    prefix: prefix === undefined ? null : Number(prefix),
  };
}

function shown(address: number): string {
  return [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** First address and size of the network an address is in. */
function rangeOf({ address, prefix }: Network): Readonly<{ first: number; size: number }> {
  const size = 2 ** (32 - (prefix ?? 32));
  return { first: address - (address % size), size };
}

/** Questions of `ansible.utils.ipaddr` about an IPv4 address or network that are answered here. */
const QUERIES: Readonly<Record<string, (network: Network) => string | number | boolean | null>> = {
  '': ({ address, prefix }) => (prefix === null ? shown(address) : `${shown(address)}/${prefix}`),
  bool: () => true,
  address: ({ address, prefix }) => {
    const { first, size } = rangeOf({ address, prefix });
    return size === 1 || size === 2 || address !== first ? shown(address) : null;
  },
  network: network => shown(rangeOf(network).first),
  net: ({ address, prefix }) => {
    const { first, size } = rangeOf({ address, prefix });
    return size > 1 && address === first ? `${shown(first)}/${prefix}` : null;
  },
  subnet: network => `${shown(rangeOf(network).first)}/${network.prefix ?? 32}`,
  prefix: ({ prefix }) => prefix ?? 32,
  netmask: network => shown(2 ** 32 - rangeOf(network).size),
  size: network => rangeOf(network).size,
  version: () => 4,
};

function valueOf(answer: string | number | boolean | null, input: Value): Value {
  const origins = allOrigins(input);
  if (answer === null) return none(origins);
  if (typeof answer === 'boolean') return bool(answer, origins);
  return typeof answer === 'number' ? int(answer, origins) : str(answer, origins);
}

const addressFilter = (name: string) =>
  any((_, input, args) => {
    const [query = str('')] = [...args.positional, ...args.named.values()];
    const unknown = derived(name, [input, query], { why: [`the filter ${name} is not evaluated for this`] });
    const network = input.kind === 'str' ? networkOf(input.text) : null;
    if (!network) return unknown;
    const index = query.kind === 'int' ? Number(query.value) : query.kind === 'str' ? indexIn(query.text) : null;
    if (index !== null) {
      const { first, size } = rangeOf(network);
      if (network.prefix === null || index < 0 || index >= size || size === 1) return unknown;
      return valueOf(`${shown(first + index)}/${network.prefix}`, input);
    }
    const answer = query.kind === 'str' ? QUERIES[query.text] : undefined;
    return answer ? valueOf(answer(network), input) : unknown;
  });

function indexIn(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** Addresses taken apart; what is not answered here is unknown. */
export const ADDRESS_FILTERS: Filters = {
  ipaddr: addressFilter('ipaddr'),
  'ansible.utils.ipaddr': addressFilter('ipaddr'),
  'ansible.netcommon.ipaddr': addressFilter('ipaddr'),
};
