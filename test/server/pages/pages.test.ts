import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Router } from 'express';
import { openStore, type Store } from '../../../adapters/store/open-store.ts';
import type { LogHealth } from '../../../server/api/log.ts';
import { apiRouter } from '../../../server/api/router.ts';
import { logPage } from '../../../server/pages/log.ts';
import { messagePage } from '../../../server/pages/message.ts';
import { pagesRouter, stylesheet } from '../../../server/pages/router.ts';
import { describeOnEveryStore } from '../../support/services.ts';
import type { SampleIds } from '../sample-record/changes.ts';
import { HOSTILE } from '../sample-record/cluster.ts';
import { fillStore, sampleSources } from '../sample-record/sample-record.ts';
import { serve } from '../serve.ts';

/** Every tag and attribute the pages use. */
const TAGS = new Set(
  'html head meta title link body a header nav main footer p h1 h2 h3 h4 form label input select option span button table caption thead tbody tr th td dl div dt dd ul ol li details summary article code pre strong bdi br wbr time'.split(
    ' ',
  ),
);
const ATTRIBUTES = new Set(
  'lang charset name content rel href class id aria-label aria-current method action role value placeholder autocapitalize spellcheck selected type scope data-label datetime open'.split(
    ' ',
  ),
);
const VOID = new Set(['meta', 'link', 'input', 'br', 'wbr']);

/** Tags of a page with their attributes; `wrong` holds what is not balanced or not ours. */
function parse(page: string) {
  const open: string[] = [];
  const wrong: string[] = [];
  const links: string[] = [];
  for (const [whole, close, tag = '', rest = ''] of page.matchAll(/<(\/?)([a-zA-Z!][^\s>]*)((?:[^>"]|"[^"]*")*)>/g)) {
    if (tag === '!doctype') continue;
    if (!TAGS.has(tag)) wrong.push(whole);
    if (close === '/') {
      if (open.pop() !== tag) wrong.push(`${whole} closes something else`);
      continue;
    }
    if (!VOID.has(tag)) open.push(tag);
    const attributes = [...rest.matchAll(/\s+([^\s="]+)(?:="([^"]*)")?/g)];
    if (attributes.map(match => match[0]).join('') !== rest.trimEnd()) wrong.push(`${whole} is not well-formed`);
    for (const [, attribute = '', value = ''] of attributes) {
      if (!ATTRIBUTES.has(attribute)) wrong.push(whole);
      if (attribute === 'href' || attribute === 'action')
        links.push(value.replaceAll('&#39;', "'").replaceAll('&amp;', '&'));
    }
  }
  return { wrong: [...wrong, ...open.map(tag => `<${tag}> stays open`)], links };
}

const text = (page: string) => page.replace(/<[^>]*>/g, '');

describeOnEveryStore('the pages', fresh => {
  let store: Store;
  let stop: () => Promise<void>;
  let url: string;
  let ids: SampleIds;

  beforeAll(async () => {
    store = await openStore(await fresh());
    ids = await fillStore(store);
    const sources = sampleSources(store.db);
    ({ stop, url } = await serve(Router().get('/style.css', stylesheet), apiRouter(sources), pagesRouter(sources)));
  });
  afterAll(async () => {
    await stop();
    await store.close();
  });

  const page = async (path: string, status = 200) => {
    const response = await fetch(url + path);
    expect({ path, status: response.status }).toEqual({ path, status });
    return response.text();
  };

  test('lead from one to the next without a dead end, and hold no markup but their own', async () => {
    const seen = new Set<string>();
    const ahead = ['/'];
    for (let path = ahead.pop(); path !== undefined; path = ahead.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      const found = parse(await page(path));
      expect({ path, wrong: found.wrong }).toEqual({ path, wrong: [] });
      for (const link of found.links) {
        expect(link).toMatch(/^(\/(?!\/)|https:\/\/github\.example\/|#main$)/);
        const again = /^\/nodes\/(worker|cp|gpu)-([2-9]|1\d)/.test(link);
        if (link.startsWith('/') && !/^\/(style\.css|log\/)/.test(link) && !again) {
          if (link.startsWith('/api/')) expect((await fetch(url + link)).status).toBe(200);
          else ahead.push(link);
        }
      }
    }
    const hostile = encodeURIComponent(HOSTILE);
    for (const path of [
      `/changes/${ids.hostile}`,
      `/nodes/${hostile}`,
      `/nodes/${hostile}/fields/${hostile}`,
      `/?person=${hostile}`,
    ])
      expect(seen).toContain(path);
  });

  test('say hostile text as it is written, with what nobody sees spelled out', async () => {
    const hostile =
      '&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;&quot; onmouseover=&quot;alert(3)&#39; [U+202E]kcehc[U+0007] &lt;/td&gt;&lt;/title&gt;';
    const change = await page(`/changes/${ids.hostile}`);
    expect(change).toContain(`<h1><bdi>${hostile}</bdi></h1>`);
    expect(change).not.toContain('\u202E');
  });

  test('let nothing run, load or frame', async () => {
    const { headers } = await fetch(`${url}/`);
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    const style = await fetch(`${url}/style.css`);
    expect(style.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(await style.text()).not.toMatch(/url\(|@import/);
  });

  test('tell what a weakening change does, what it violates and whose approval is missing', async () => {
    const change = text(await page(`/changes/${ids.weakening}`));
    expect(change).toContain(
      'Weakens authorization on every node (19): authorization.mode: Webhook -&gt; AlwaysAllow (and 2 more changes)',
    );
    expect(change).toContain('set readOnlyPort to 0');
    expect(change).toContain('barbara: approved an earlier head with another digest');
    expect(change).toContain('2 approvals of acme/security');
    expect(change.indexOf('KG-AUTHZ-001')).toBeLessThan(change.indexOf('KG-PORT-001'));
  });

  test('tell where a change cannot be judged', async () => {
    const change = await page(`/changes/${ids.unreadable}`);
    expect(text(change)).toContain(
      'Cannot be judged: inventories/production/group_vars/workers.yml:14 the mapping key is indented with a tab',
    );
    expect(change).toContain(
      `href="https://github.example/acme/clusters/blob/${'5'.repeat(40)}/inventories/production/group_vars/workers.yml#L14"`,
    );
  });

  test('tell a merge nobody approved at the top of the change', async () => {
    const change = text(await page(`/changes/${ids.bypassed}`));
    expect(change).toContain('Merged against the rules: merged without an approval: the check run was bypassed');
  });

  test('keep the filter in the form, the link to older changes and the JSON', async () => {
    const list = await page('/?person=barbara&status=merged&node=');
    expect(list).toContain('name="person" value="barbara"');
    expect(list).toContain('<option value="merged" selected>');
    expect(list).toContain('href="/api/v1/changes?person=barbara&amp;status=merged"');
    expect(text(list)).not.toContain('Let the metrics scraper reach kubelets');
  });

  test.each([
    ['/changes/999', 404, 'there is no change 999'],
    ['/nodes/nobody', 404, 'no inventory is known to have managed a node nobody by then'],
    ['/nothing', 404, 'there is no such page'],
    ['/?since=yesterday', 400, 'since is not a date or time such as 2026-11-25'],
    ['/?x=<script>', 400, 'there is no parameter x'],
    ['/exceptions?x=1', 400, 'there is no parameter x'],
  ])('answer %s with %i in words', async (path, status, message) => {
    const answer = await page(path, status);
    expect(parse(answer).wrong).toEqual([]);
    expect(answer).toContain(message);
  });
});

const log: LogHealth = {
  origin: 'gate.example/log',
  vkey: 'gate.example/log+00000000+AAAA',
  recorded: 9,
  checkpoint: { size: 7, root: 'root=', at: '2026-11-25T12:00:00.000Z', note: 'gate.example/log\n7\nroot=\n\n— x y\n' },
  problem: null,
  newest: [
    { index: 8, kind: 'verdict', key: 'verdict/acme%2Fclusters/7/%E2%80%AE%3Cb%3E', at: '2026-11-25T12:00:00.000Z' },
  ],
};

test('the log page gives the exact command to verify with, and what is not signed yet', () => {
  const page = logPage({ log, publicUrl: 'https://gate.example' });
  expect(text(page)).toContain(
    "npx kubelet-gate log verify --url https://gate.example/log --key 'gate.example/log+00000000+AAAA'",
  );
  expect(text(page)).toContain('9 2 not signed yet');
  expect(text(page)).toContain('acme/clusters 7 [U+202E]&lt;b&gt;');
  expect(parse(page).wrong).toEqual([]);
});

test('the log page says so when nothing is signed, and when the checkpoint does not hold', () => {
  const publicUrl = 'https://gate.example';
  expect(text(logPage({ log: { ...log, checkpoint: null }, publicUrl }))).toContain('No checkpoint is signed yet.');
  expect(text(logPage({ log: { ...log, problem: 'the signature is wrong' }, publicUrl }))).toContain(
    'The checkpoint does not hold: the signature is wrong',
  );
  expect(text(logPage({ log: { ...log, newest: [{ ...log.newest[0]!, key: 'x/%E0%A4%A' }] }, publicUrl }))).toContain(
    'x/%E0%A4%A',
  );
});

test('a message page escapes its message', () => {
  expect(parse(messagePage({ title: HOSTILE, message: HOSTILE })).wrong).toEqual([]);
});
