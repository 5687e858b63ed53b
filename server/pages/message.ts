import { html } from '../../core/report/html.ts';
import { layout } from './layout.ts';

/** A page that only says something: not found, or a question that cannot be answered as asked. */
export function messagePage(data: Readonly<{ title: string; message: string }>): string {
  return layout({
    title: data.title,
    section: null,
    json: null,
    body: html`<h1>${data.title}</h1>
<p class="lead">${data.message}</p>
<p><a href="/">All changes</a></p>`,
  });
}
