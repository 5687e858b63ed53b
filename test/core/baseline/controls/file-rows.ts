import { FACT, type Situation } from '../situation.ts';
import type { Row } from './row.ts';

/** An empty configuration, and a task that sets mode, owner or group (`more`, flow style) of a path on the node. */
export function placed(path: string, more: string, situation: Situation = {}): Situation {
  const text = `- ansible.builtin.file: {path: "${path}"${more === '' ? '' : `, ${more}`}}`;
  return { config: '', ...situation, tasks: situation.tasks ? `${situation.tasks}\n${text}` : text };
}

/** A control on the mode of a path: octal digits or symbolic modes that are good and bad. */
export function modeRow(path: string, good: readonly string[], bad: readonly string[], situation: Situation = {}): Row {
  const mode = (text: string) => placed(path, `mode: "${text}"`, situation);
  return {
    pass: good.map(mode),
    violated: bad.map(mode),
    undecided: [placed(path, 'owner: root', situation), mode(FACT), mode('u+rw')],
    absent: null,
  };
}

/** A control on the owner and group of a path, root:root. */
export function ownerRow(path: string, situation: Situation = {}): Row {
  const owned = (owner: string, group: string) => placed(path, `owner: "${owner}", group: "${group}"`, situation);
  return {
    pass: [owned('root', 'root'), owned('0', '0')],
    violated: [owned('kube', 'root'), owned('root', 'kube')],
    undecided: [placed(path, 'mode: "0600"', situation), placed(path, 'owner: root', situation), owned(FACT, 'root')],
    absent: null,
  };
}
