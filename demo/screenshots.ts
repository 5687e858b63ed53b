import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page to keep as a picture; `clip`: only this part of it, in pixels. */
export type Picture = Readonly<{
  name: string;
  url: string;
  clip?: Readonly<{ x: number; y: number; width: number; height: number }>;
}>;

/**
 * Keeps pages as PNG files, as a person at a desktop sees them, signed in to the gate.
 * @throws Error naming the page that logs an error to the console or does not answer 200.
 */
export async function takePictures(
  directory: string,
  gate: Readonly<{ url: string; auditToken: string }>,
  pictures: readonly Picture[],
): Promise<void> {
  if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is not installed`);
  mkdirSync(directory, { recursive: true });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const errors: string[] = [];
    page.on('console', message => {
      const icon = message.location().url.endsWith('/favicon.ico');
      if (message.type() === 'error' && !icon) errors.push(`${page.url()}: ${message.text()}`);
    });
    await page.goto(`${gate.url}/sign-in`);
    await page.fill('input[name=token]', gate.auditToken);
    await Promise.all([page.waitForURL(`${gate.url}/`), page.click('button')]);
    for (const { name, url, clip } of pictures) {
      const response = await page.goto(url);
      if (response?.status() !== 200) throw new Error(`${url} answered ${response?.status()}`);
      const path = join(directory, `${name}.png`);
      await page.screenshot({ path, fullPage: true, ...(clip === undefined ? {} : { clip }) });
    }
    if (errors.length > 0) throw new Error(errors.join('\n'));
  } finally {
    await browser.close();
  }
}
