import { commitInfo, fileAt } from '../bare-repository.ts';
import { diffFiles } from '../pull-diff.ts';
import type { Repository, World } from '../world.ts';
import { diffTable } from './diff-table.ts';
import { layout } from './layout.ts';
import { escapeHtml } from './markdown.ts';
import { checkRunPage, pullPage } from './pull-page.ts';

function home(world: World): string {
  const rows = [...world.repositories.values()].map(
    one => `<li><a href="/${one.fullName}">${escapeHtml(one.fullName)}</a></li>`,
  );
  return layout('GitHub double', 'repositories', `<h1>Repositories</h1><ul>${rows.join('')}</ul>`);
}

function repositoryPage(repository: Repository): string {
  const rows = [...repository.pulls.values()]
    .reverse()
    .map(
      pull =>
        `<li><a href="/${repository.fullName}/pull/${pull.number}">${escapeHtml(pull.title)}</a> <span class="muted">#${pull.number} by ${escapeHtml(pull.user.login)} · ${pull.merged ? 'merged' : pull.state}</span></li>`,
    );
  const body = `<h1>${escapeHtml(repository.fullName)}</h1><h2>Pull requests</h2><ul>${rows.join('') || '<li class="muted">None</li>'}</ul>`;
  return layout(repository.fullName, escapeHtml(repository.fullName), body);
}

async function blobPage(repository: Repository, revision: string, path: string): Promise<string | null> {
  const content = await fileAt(repository.git, revision, path);
  if (!content) return null;
  const rows = content
    .toString('utf8')
    .replace(/\n$/, '')
    .split('\n')
    .map((line, index) => `<tr id="L${index + 1}"><td class="n">${index + 1}</td><td>${escapeHtml(line)}</td></tr>`);
  const body = `<h1><code>${escapeHtml(path)}</code></h1><table class="diff"><tbody>${rows.join('')}</tbody></table>`;
  return layout(path, `<a href="/${repository.fullName}">${escapeHtml(repository.fullName)}</a>`, body);
}

async function commitPage(repository: Repository, sha: string): Promise<string | null> {
  const commit = await commitInfo(repository.git, sha);
  if (!commit) return null;
  const parent = commit.parents[0];
  const files = parent === undefined ? [] : await diffFiles(repository.git, parent, sha);
  const diffs = files.map(
    file =>
      `<div class="box"><div class="head"><code>${escapeHtml(file.filename)}</code></div>${file.patch === null ? '' : diffTable(file.patch)}</div>`,
  );
  const body = `<h1>${escapeHtml(commit.message.split('\n')[0] ?? '')}</h1><p><code>${sha}</code> by ${escapeHtml(commit.author.name)}</p>${diffs.join('')}`;
  return layout(sha.slice(0, 7), `<a href="/${repository.fullName}">${escapeHtml(repository.fullName)}</a>`, body);
}

/** The web page at a decoded path, or null when there is none. */
export async function page(world: World, path: string): Promise<string | null> {
  if (path === '/') return home(world);
  const [, owner = '', name = '', kind = '', id = '', ...rest] = path.split('/');
  const repository = world.repositories.get(`${owner}/${name}`.toLowerCase());
  if (!repository) return null;
  if (kind === '') return repositoryPage(repository);
  const pull = kind === 'pull' ? repository.pulls.get(Number(id)) : undefined;
  if (pull) return pullPage(world, repository, pull);
  const run = kind === 'runs' ? repository.checkRuns.find(one => one.id === Number(id)) : undefined;
  if (run) return checkRunPage(world, repository, run);
  if (kind === 'blob') return blobPage(repository, id, rest.join('/'));
  if (kind === 'commit') return commitPage(repository, id);
  return null;
}
