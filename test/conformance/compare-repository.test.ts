import { expect, test } from '@jest/globals';
import { compareAnswers } from './ansible/compare-repository.ts';
import { ourAnswer } from './ansible/our-answer.ts';
import type { RealAnswer, TaskResult } from './ansible/real-ansible.ts';

/** A role that perhaps runs, and then runs for certain; a task behind them. */
const ONE = {
  files: {
    hosts: '[k]\nn1\n',
    'site.yml':
      '- hosts: k\n  gather_facts: false\n  roles:\n    - { role: a, when: hostvars.n1.ansible_facts.x == 1 }\n    - a\n  tasks:\n    - debug: { msg: x }\n',
    'roles/a/tasks/main.yml': '- debug: { msg: a }\n',
  },
  inventory: 'hosts',
  playbook: 'site.yml',
};
const [ROLE, BEHIND] = ['roles/a/tasks/main.yml:1', 'site.yml:7'];

/** What Ansible tells of a run of these tasks. */
function ran(...places: readonly string[]): RealAnswer {
  const results = places.map(
    (at): TaskResult => ({ host: 'n1', at, action: 'debug', skipped: false, failed: false, message: '', items: null }),
  );
  return { inventory: null, error: null, results, writes: [] };
}

test.each([
  ['without the step that may be left out', ran(ROLE, BEHIND), 0],
  ['with every step', ran(ROLE, ROLE, BEHIND), 0],
  ['without the step that is certain', ran(BEHIND), 1],
  ['with one too many', ran(ROLE, ROLE, ROLE, BEHIND), 1],
  ['in another order', ran(BEHIND, ROLE), 1],
])('a run %s is held against ours', (_, real, differences) => {
  const tally = { whole: 0, partly: 0, reasons: new Map(), failed: 0, steps: 0 };
  expect(compareAnswers(ourAnswer(ONE, '2.14'), real, tally).map(({ kind }) => kind)).toEqual(
    Array.from({ length: differences }, () => 'tasks'),
  );
});
