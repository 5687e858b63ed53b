import { Command } from 'commander';
import { readBaseline } from '../config/baseline.ts';
import type { Control } from '../core/baseline/types.ts';
import { print, Unanswerable } from './exit.ts';

/** `explain CONTROL`: what a control asks for, why, and what to do. */
export function explainCommand(): Command {
  return new Command('explain')
    .description('what a control of the baseline asks for, and why')
    .argument('<control>', 'its id, e.g. KG-ANON-01')
    .action(async (id: string) => {
      const { controls } = readBaseline();
      const control = controls.find(candidate => candidate.id === id.toUpperCase());
      if (!control)
        throw new Unanswerable(`there is no control ${id}; known are ${controls.map(one => one.id).join(', ')}`);
      await print(explained(control));
    });
}

function explained(control: Control): string {
  const line = (name: string, text: string) => `${name.padEnd(11)}${text}`;
  return [
    `${control.id}  ${control.title}`,
    '',
    line('Why', control.rationale),
    line('Looks at', [...control.paths, ...control.flags].join(', ')),
    line('Wants', `${control.check.op} ${JSON.stringify(control.check.value)}`),
    ...(control.absent
      ? [
          line(
            'If absent',
            `${control.absent.viaConfigFile} with a config file, ${control.absent.viaFlagsOnly} on flags alone`,
          ),
        ]
      : []),
    line('Do', 'do' in control.fix ? control.fix.do : `set it to ${JSON.stringify(control.fix.set)}`),
    line('Severity', `${control.severity}, profile ${control.profile}, nodes: ${control.roles.join(', ')}`),
    line('Threats', control.threats.join('; ')),
    ...Object.entries(control.standards).flatMap(([name, items]) =>
      items.length > 0 ? [line(name, items.join('; '))] : [],
    ),
    line('Written in', `${control.source.file}:${control.source.line}`),
  ].join('\n');
}
