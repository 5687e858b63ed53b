/**
 * What a person can do about something Git does not tell, by the words of its reason; the first that fits counts. What
 * only a running node knows nobody can write down: there somebody has to look.
 */
const STEPS: readonly (readonly [RegExp, string])[] = [
  [/^no task sets|sets no (?:mode|owner|group)/, 'Set it in that task.'],
  [/defined nowhere in this repository|is undefined/, 'Define it in the inventory or in the defaults of the role.'],
  [/role .* is not in this repository/, 'Keep that role in this repository, or check on a node what it sets.'],
  [/not in this repository|no task of this repository writes/, 'Keep it in this repository, or check it on a node.'],
  [/vaulted/, 'Somebody who can read the vault has to check it.'],
  [/than the gate tries out|over the limit/, 'Use fewer conditions there, or check it on a node.'],
  [/is not (?:evaluated|executed)/, 'Write the value out, or check it on a node.'],
];

const LOOK = 'Check it on a node before approving.';

/** The next step for a reader of one reason why something cannot be known; `otherwise` where only a look at a node helps. */
export function nextStep(reason: string, otherwise = LOOK): string {
  return STEPS.find(([words]) => words.test(reason))?.[1] ?? otherwise;
}
