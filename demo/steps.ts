import pc from 'picocolors';

/** Prints the demo's steps, numbered, each with what to look at. */
export type Steps = Readonly<{
  step(title: string, ...lines: readonly string[]): void;
  note(line: string): void;
}>;

export function openSteps(write: (text: string) => void): Steps {
  let number = 0;
  return {
    step(title, ...lines) {
      number += 1;
      write(`\n${pc.bold(`${number}. ${title}`)}\n${lines.map(line => `   ${line}\n`).join('')}`);
    },
    note: line => write(`   ${pc.dim(line)}\n`),
  };
}
