import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readSettings, SettingsError } from '../../config/settings.ts';

const secret = '5c1f0e7d9a2b4c6d8e0f1a3b5c7d9e1f';
const key = '-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----';
const enough = { GITHUB_APP_ID: '7', GITHUB_PRIVATE_KEY: key, GITHUB_WEBHOOK_SECRET: secret };

describe('settings', () => {
  test('the three GitHub settings are enough to start', () => {
    const settings = readSettings(enough);
    expect(settings.github).toMatchObject({ appId: 7, webhookSecrets: [secret], apiUrl: 'https://api.github.com' });
    expect(settings.databaseUrl).toBeUndefined();
    expect(settings.host).toBe('127.0.0.1');
  });

  test('a comma list of webhook secrets is a rotation', () => {
    const next = secret.split('').reverse().join('');
    expect(readSettings({ ...enough, GITHUB_WEBHOOK_SECRET: `${next},${secret}` }).github.webhookSecrets).toEqual([
      next,
      secret,
    ]);
  });

  test('a secret can come from a file', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'kg-settings-')), 'secret');
    writeFileSync(file, `${secret}\n`);
    const { GITHUB_WEBHOOK_SECRET: _, ...rest } = enough;
    expect(readSettings({ ...rest, GITHUB_WEBHOOK_SECRET_FILE: file }).github.webhookSecrets).toEqual([secret]);
  });

  test.each([
    ['GITHUB_APP_ID', { GITHUB_APP_ID: '' }],
    ['GITHUB_APP_ID', { GITHUB_APP_ID: 'seven' }],
    ['GITHUB_PRIVATE_KEY', { GITHUB_PRIVATE_KEY: 'nope' }],
    ['GITHUB_WEBHOOK_SECRET', { GITHUB_WEBHOOK_SECRET: '' }],
    ['GITHUB_WEBHOOK_SECRET', { GITHUB_WEBHOOK_SECRET: 'development' }],
    ['GITHUB_WEBHOOK_SECRET', { GITHUB_WEBHOOK_SECRET: 'a'.repeat(64) }],
    ['GITHUB_WEBHOOK_SECRET', { GITHUB_WEBHOOK_SECRET: `${secret},short` }],
    ['GITHUB_WEBHOOK_SECRET', { GITHUB_WEBHOOK_SECRET_FILE: '/dev/null' }],
    [
      'GITHUB_WEBHOOK_SECRET_FILE',
      { GITHUB_WEBHOOK_SECRET: undefined, GITHUB_WEBHOOK_SECRET_FILE: '/nonexistent/secret' },
    ],
    ['PORT', { PORT: '80808' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'gate.example' }],
    ['DATABASE_URL', { DATABASE_URL: 'mysql://x' }],
    ['REDIS_URL', { REDIS_URL: 'localhost:6379' }],
    ['RUNS_TOKEN', { RUNS_TOKEN: 'short' }],
    ['LOG_ORIGIN', { LOG_ORIGIN: 'two words' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
  ])('an unsafe or missing %s stops the start with one line naming it', (variable, change) => {
    const attempt = () => readSettings({ ...enough, ...change });
    expect(attempt).toThrow(SettingsError);
    expect(attempt).toThrow(new RegExp(`^${variable}: [^\\n]+$`));
  });
});
