import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { packageRoot } from '../../config/package-root.ts';
import { readSettings } from '../../config/settings.ts';
import { serve } from '../../server/serve.ts';

const directory = mkdtempSync(join(tmpdir(), 'kubelet-gate-baseline-'));
afterAll(() => rmSync(directory, { recursive: true }));

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const dataDir = join(directory, 'data');

const start = (more: Readonly<Record<string, string>>) =>
  serve(
    readSettings({
      GITHUB_APP_ID: '1',
      GITHUB_PRIVATE_KEY: privateKey,
      GITHUB_WEBHOOK_SECRET: randomBytes(32).toString('hex'),
      LOG_LEVEL: 'silent',
      PORT: '0',
      DATA_DIR: dataDir,
      ...more,
    }),
    'all',
  );

/** The shipped configuration with one file of the baseline edited. */
function editedConfig(name: string, from: string, to: string): string {
  const config = mkdtempSync(join(directory, 'config-'));
  cpSync(join(packageRoot(), 'config'), config, { recursive: true });
  const file = join(config, 'baseline', name);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
  return config;
}

describe('the service does not start, and writes nothing, on half a baseline', () => {
  test.each([
    ['an unknown key', 'title: Webhook', 'titel: Webhook', /authn\.yaml:\d+: .*titel/],
    ['an unknown operator', 'op: eq,', 'op: eqals,', /authn\.yaml:\d+: .*eqals/],
    [
      'a path no kubelet field has',
      '[authentication.webhook.enabled]',
      '[authentication.webhok.enabled]',
      /authn\.yaml:\d+: .*webhok/,
    ],
    ['a value outside its type', 'value: true', 'value: "yes"', /authn\.yaml:\d+: .*yes/],
  ])('with %s in a shipped control', async (_, from, to, says) => {
    await expect(start({ CONFIG_DIR: editedConfig('authn.yaml', from, to) })).rejects.toThrow(says);
    expect(existsSync(dataDir)).toBe(false);
  });

  test.each([
    ['that loosens', 'tighten:\n  - {control: KG-API-01, severity: low}\n', /own\.yaml:\d+: .*waiver/],
    ['that is no YAML', 'tighten: [\n', /own\.yaml:\d+: /],
    ['that is not there', null, /own\.yaml.*cannot be read/],
  ])("with an operator's file %s", async (_, text, says) => {
    const file = join(mkdtempSync(join(directory, 'own-')), 'own.yaml');
    if (text !== null) writeFileSync(file, text);
    await expect(start({ BASELINE_FILE: file })).rejects.toThrow(says);
    expect(existsSync(dataDir)).toBe(false);
  });
});
