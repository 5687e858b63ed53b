import type { Origin } from '../../source/rope.ts';
import { notApplicable } from '../place-answer.ts';
import type { RepositorySubject } from '../subject.ts';
import { groupSubjects } from '../subject.ts';
import type { Control, PlaceAnswer } from '../types.ts';
import { codeOwners, ruleFor } from './code-owners.ts';
import type { RepositoryOperator } from './operator.ts';
import { strayWorkflows, workflowsOf } from './workflows.ts';

/** What has to cover the paths that decide about kubelets. */
const BY: Readonly<Record<string, Readonly<{ words: string; evaluate: RepositoryOperator['evaluate'] }>>> = {
  'pull-request-workflows': { words: 'a workflow that runs on every path kubelets depend on', evaluate: byWorkflows },
  'code-owners': { words: 'an owner for every path kubelets depend on', evaluate: byOwners },
};

/**
 * Paths a rendering reads that workflows on pull requests do not run on (`pull-request-workflows`), or paths kubelets
 * depend on that nobody owns (`code-owners`). One answer for each top folder, so that a new gap is a finding of its own.
 */
export const COVERS: RepositoryOperator = {
  fault: value =>
    typeof value === 'string' && Object.hasOwn(BY, value) ? null : `value must be ${Object.keys(BY).join(' or ')}`,
  words: value => BY[String(value)]?.words ?? '',
  evaluate: (control, subject, baseline) => BY[String(control.check.value)]?.evaluate(control, subject, baseline) ?? [],
};

const isOfGitHub = (path: string): boolean => path.startsWith('.github/');

/** Whether the repository says that it is on GitHub: only then do workflows and owners mean anything. */
export function isOnGitHub({ tree }: RepositorySubject): boolean {
  return tree.isDirectory('.github') || codeOwners(tree) !== null;
}

function byWorkflows({ paths: [path = ''] }: Control, subject: RepositorySubject): readonly PlaceAnswer[] {
  const { tree, rendering } = subject;
  const governed = [...rendering.read].filter(one => tree.entry(one) !== undefined && !isOfGitHub(one)).sort();
  if (governed.length === 0) return [notApplicable(path, 'nothing in this repository decides about kubelets')];
  const workflows = workflowsOf(tree);
  const [stray] = workflows.length === 0 ? strayWorkflows(tree) : [];
  if (stray !== undefined) {
    const reason = `GitHub never runs ${stray}: it looks for workflows in .github/workflows only`;
    return [{ result: 'violated', path, location: '', actual: null, reason, evidence: [at(stray, 1)] }];
  }
  if (!isOnGitHub(subject))
    return [notApplicable(path, 'nothing here is for GitHub; what else runs on changes is not seen')];
  const broken = workflows.find(({ fault }) => fault !== null);
  const checking = workflows.filter(({ pullRequest, uses }) => pullRequest !== null && uses.some(readsChange));
  const gaps = governed.filter(one => !checking.some(({ pullRequest }) => pullRequest?.covers(one)));
  const evidence = checking.slice(0, 1).flatMap(({ pullRequest }) => (pullRequest ? [pullRequest.at] : []));
  if (gaps.length > 0 && broken)
    return [
      {
        result: 'undecided',
        path,
        location: '',
        actual: null,
        reason: `${broken.file} cannot be read: ${broken.fault ?? ''}`,
        evidence: [at(broken.file, 1)],
      },
    ];
  if (gaps.length > 0 && checking.length === 0) {
    const reason = 'no workflow that checks out the change runs on pull requests';
    return [
      {
        result: 'violated',
        path,
        location: '',
        actual: null,
        reason,
        evidence: workflows.slice(0, 1).map(({ file }) => at(file, 1)),
      },
    ];
  }
  return gapAnswers(
    path,
    gaps,
    evidence,
    list => `no workflow runs when only ${list} changes`,
    'workflows run on every path',
  );
}

/** An action or workflow that gets at what the change says. */
const readsChange = (used: string): boolean => /^actions\/checkout@|^\.\/|\/\.github\/workflows\//.test(used);

function byOwners({ paths: [path = ''] }: Control, subject: RepositorySubject): readonly PlaceAnswer[] {
  const { tree } = subject;
  const governed = kubeletPaths(subject).filter(one => tree.entry(one) !== undefined);
  if (governed.length === 0) return [notApplicable(path, 'nothing in this repository decides about kubelets')];
  if (!isOnGitHub(subject))
    return [notApplicable(path, 'nothing here is for GitHub; who else must approve is not seen')];
  const owners = codeOwners(tree);
  if (!owners) {
    const reason = 'there is no CODEOWNERS file, so nobody in particular has to approve a change';
    return [{ result: 'violated', path, location: '', actual: null, reason, evidence: [] }];
  }
  const { rules, file } = owners;
  if (rules === null) {
    const reason = `${file} cannot be read`;
    return [{ result: 'undecided', path, location: '', actual: null, reason, evidence: [at(file, 1)] }];
  }
  const gaps = governed.filter(one => (ruleFor(rules, one)?.owners.length ?? 0) === 0);
  const [first] = gaps;
  const rule = first === undefined ? undefined : ruleFor(rules, first);
  const evidence = [at(file, rule?.line ?? 1)];
  return gapAnswers(path, gaps, evidence, list => `nobody owns ${list} in ${file}`, 'every path has an owner');
}

/** Where the values, templates and tasks stand that make kubelets what they are, and CODEOWNERS' own. */
function kubeletPaths(subject: RepositorySubject): readonly string[] {
  const found = new Set<string>();
  for (const { group } of groupSubjects(subject)) {
    for (const origins of group.provenance.values()) for (const { file } of origins) found.add(file);
    for (const { source, task } of group.kubelet ? group.files : []) {
      if (source !== null) found.add(source);
      found.add(task.file);
    }
  }
  return [...found].filter(path => path !== '').sort();
}

const MOST_NAMED = 3;

function gapAnswers(
  path: string,
  gaps: readonly string[],
  evidence: readonly Origin[],
  sentence: (list: string) => string,
  fine: string,
): readonly PlaceAnswer[] {
  if (gaps.length === 0) return [{ result: 'pass', path, location: '', actual: null, reason: fine, evidence }];
  const folders = new Map<string, string[]>();
  for (const gap of gaps) {
    const folder = gap.split('/')[0] ?? '';
    folders.set(folder, [...(folders.get(folder) ?? []), gap]);
  }
  return [...folders].map(([folder, files]) => {
    const more = files.length > MOST_NAMED ? ` (and ${files.length - MOST_NAMED} more)` : '';
    const reason = sentence(`${files.slice(0, MOST_NAMED).join(', ')}${more}`);
    return { result: 'violated', path, location: folder, actual: null, reason, evidence };
  });
}

function at(file: string, line: number): Origin {
  return { file, line, kind: 'template' };
}
