import { pullCommits, threeDotFiles } from '../pulls.ts';
import { accountByEmail } from '../shapes/commit.ts';
import type { CheckRun, PullRequest, Repository, Review, ReviewComment, World } from '../world.ts';
import { diffTable } from './diff-table.ts';
import { layout } from './layout.ts';
import { escapeHtml, markdown } from './markdown.ts';

const REVIEWED: Readonly<Record<Review['state'], string>> = {
  APPROVED: '<span class="ok">✓ approved these changes</span>',
  CHANGES_REQUESTED: '<span class="bad">± requested changes</span>',
  COMMENTED: 'reviewed',
  DISMISSED: 'gave a review that was dismissed',
};

/** `kubelet-gate[bot]` as GitHub shows it. */
function who(login: string): string {
  const bot = login.endsWith('[bot]');
  return `<strong>${escapeHtml(login.replace(/\[bot\]$/, ''))}</strong>${bot ? '<span class="tag">bot</span>' : ''}`;
}

function runIcon(run: CheckRun): string {
  if (run.status !== 'completed') return '<span class="wait">● in progress</span>';
  const good = run.conclusion === 'success' || run.conclusion === 'neutral' || run.conclusion === 'skipped';
  return `<span class="${good ? 'ok' : 'bad'}">${good ? '✓' : '✕'} ${escapeHtml(run.conclusion ?? '')}</span>`;
}

const lineOf = (comment: ReviewComment) =>
  comment.startLine === null ? `line ${comment.line}` : `lines ${comment.startLine} to ${comment.line}`;

function thread(pull: PullRequest, comment: ReviewComment): string {
  const outdated = comment.commitId === pull.headSha ? '' : '<span class="tag">Outdated</span>';
  const context = comment.diffHunk.split('\n');
  const shown = [context[0] ?? '', ...context.slice(1).slice(-5)].join('\n');
  return `<div class="thread" id="discussion_r${comment.id}"><div class="path">${escapeHtml(comment.path)} <span class="muted">${lineOf(comment)}${
    comment.side === 'LEFT' ? ' (before)' : ''
  }</span>${outdated}</div>${snippet(shown, comment)}<div class="body">${markdown(comment.body)}</div></div>`;
}

/** The last lines of a hunk, numbered from the commented line backwards. */
function snippet(hunk: string, comment: ReviewComment): string {
  const lines = hunk.split('\n').slice(1);
  let number = comment.line;
  const rows: string[] = [];
  for (const text of [...lines].reverse()) {
    const kind = text.startsWith('+') ? 'add' : text.startsWith('-') ? 'del' : 'same';
    const counts = comment.side === 'RIGHT' ? kind !== 'del' : kind !== 'add';
    rows.unshift(`<tr class="${kind}"><td class="n">${counts ? number : ''}</td><td>${escapeHtml(text)}</td></tr>`);
    if (counts) number -= 1;
  }
  return `<table class="diff"><tbody>${rows.join('')}</tbody></table>`;
}

function checkBox(world: World, repository: Repository, run: CheckRun): string {
  const annotations = run.annotations
    .map(
      one =>
        `<li><span class="${one.annotation_level === 'failure' ? 'bad' : one.annotation_level === 'warning' ? 'wait' : 'muted'}">${one.annotation_level}</span> <code>${escapeHtml(one.path)}:${one.start_line}</code> ${escapeHtml([one.title, one.message].filter(Boolean).join(': '))}</li>`,
    )
    .join('');
  return `<div class="box check"><div class="head">${runIcon(run)} <strong><a href="${world.serverUrl}/${repository.fullName}/runs/${run.id}">${escapeHtml(run.name)}</a></strong>
<span class="muted">${escapeHtml(run.title ?? '')} · ${run.headSha.slice(0, 7)}</span></div>
<div class="body">${markdown(run.summary ?? '')}${run.text === null ? '' : `<details><summary>Details</summary>${markdown(run.text)}</details>`}${
    annotations === ''
      ? ''
      : `<details><summary>${run.annotations.length} annotation${run.annotations.length === 1 ? '' : 's'}</summary><ul>${annotations}</ul></details>`
  }</div></div>`;
}

function crumbs(repository: Repository): string {
  return `<a href="/${repository.fullName}">${escapeHtml(repository.fullName)}</a>`;
}

export function checkRunPage(world: World, repository: Repository, run: CheckRun): string {
  return layout(`${run.name} · ${run.title ?? ''}`, crumbs(repository), checkBox(world, repository, run));
}

/** The conversation of a pull request in the order things happened, its checks, and the changed files. */
export async function pullPage(world: World, repository: Repository, pull: PullRequest): Promise<string> {
  const commits = await pullCommits(repository, pull);
  const files = await threeDotFiles(repository, pull.baseSha, pull.headSha);
  const state = pull.merged ? 'merged' : pull.state;
  const comments = pull.reviews.flatMap(review => review.comments.map(comment => ({ review, comment })));
  const events = [
    ...commits.map(commit => ({
      at: Date.parse(commit.committer.date),
      order: 0,
      html: `<div class="event"><code>${commit.sha.slice(0, 7)}</code> ${escapeHtml(commit.message.split('\n')[0] ?? '')} <span class="muted">· ${escapeHtml(accountByEmail(world, commit.author.email)?.login ?? commit.author.name)}</span></div>`,
    })),
    ...pull.reviews.map(review => ({
      at: Date.parse(review.submittedAt),
      order: review.id,
      html: `<div class="box review" id="pullrequestreview-${review.id}"><div class="head">${who(review.user.login)} ${REVIEWED[review.state]} <span class="muted">at ${review.commitId.slice(0, 7)} · ${review.submittedAt}</span></div>
<div class="body">${markdown(review.body)}${review.comments.map(comment => thread(pull, comment)).join('')}</div></div>`,
    })),
    ...pull.comments.map(comment => ({
      at: Date.parse(comment.createdAt),
      order: comment.id,
      html: `<div class="box comment" id="issuecomment-${comment.id}"><div class="head">${who(comment.user.login)} commented <span class="muted">${comment.createdAt}${
        comment.updatedAt === comment.createdAt ? '' : ' · edited'
      }</span></div><div class="body">${markdown(comment.body)}</div></div>`,
    })),
  ].sort((a, b) => a.at - b.at || a.order - b.order);
  const runs = repository.checkRuns.filter(run => run.headSha === pull.headSha);
  const diffs = files.map(file => {
    const patch =
      file.patch === null
        ? '<p class="muted">No text to show.</p>'
        : diffTable(file.patch, line =>
            comments
              .filter(
                ({ comment }) =>
                  comment.path === file.filename &&
                  comment.commitId === pull.headSha &&
                  (comment.side === 'RIGHT' ? line.right : line.left) === comment.line &&
                  (comment.side === 'RIGHT' || line.right === null),
              )
              .map(
                ({ review, comment }) =>
                  `<div class="thread"><div class="body">${who(review.user.login)}${markdown(comment.body)}</div></div>`,
              )
              .join(''),
          );
    const name = file.previousFilename === null ? file.filename : `${file.previousFilename} → ${file.filename}`;
    return `<div class="box file"><div class="head"><code>${escapeHtml(name)}</code> <span class="ok">+${file.additions}</span> <span class="bad">−${file.deletions}</span></div>${patch}</div>`;
  });
  const merged = pull.merged
    ? `<div class="event">${who(pull.merged.by.login)} merged as <code>${pull.merged.sha.slice(0, 7)}</code></div>`
    : '';
  const body = `<h1>${escapeHtml(pull.title)} <span class="number">#${pull.number}</span></h1>
<p><span class="state ${state}">${state === 'merged' ? 'Merged' : state === 'open' ? (pull.draft ? 'Draft' : 'Open') : 'Closed'}</span>
${who(pull.user.login)} wants to merge ${commits.length} commit${commits.length === 1 ? '' : 's'} into <code>${escapeHtml(pull.baseRef)}</code> from <code>${escapeHtml(pull.headRef)}</code></p>
<div class="box"><div class="head">${who(pull.user.login)} opened this <span class="muted">${pull.createdAt}</span></div><div class="body">${
    (pull.body ?? '') === '' ? '<p class="muted">No description provided.</p>' : markdown(pull.body ?? '')
  }</div></div>
${events.map(event => event.html).join('\n')}${merged}
<h2>Checks</h2>${runs.map(run => checkBox(world, repository, run)).join('') || '<p class="muted">None yet.</p>'}
<h2>Files changed <span class="tag">${files.length}</span></h2>${diffs.join('')}`;
  return layout(`${pull.title} · Pull Request #${pull.number}`, crumbs(repository), body);
}
