import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

// No import of these packages has a side effect, with one listed exception, which is Powertools'
// own: importing its commons writes AWS_SDK_UA_APP_ID, so every SDK client of the process names
// Powertools in its user agent. When this test fails because the variable is no longer written,
// remove the exception from the list.

async function changedBy(specifier: string, env: Record<string, string> = {}) {
  const script = `
    const before = { ...process.env };
    const listeners = process.eventNames().length;
    await import(${JSON.stringify(specifier)});
    const changed = Object.fromEntries(Object.entries(process.env).filter(([key, value]) => before[key] !== value));
    console.log(JSON.stringify({ changed, listeners: process.eventNames().length - listeners }));
  `;
  const args = ['--conditions=@twelvefold/source', '--input-type=module', '--no-warnings', '-e', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout) as unknown;
}

const ours = new URL('./index.ts', import.meta.url).href;
const WRITTEN = expect.stringMatching(/^PT\/NO-OP\/2\.\d+\.\d+\/PTEnv\/NA$/);

test('Powertools writes AWS_SDK_UA_APP_ID when it is imported', async () => {
  const powertools = new URL(import.meta.resolve('@aws-lambda-powertools/commons')).href;
  expect(await changedBy(powertools)).toEqual({ changed: { AWS_SDK_UA_APP_ID: WRITTEN }, listeners: 0 });
});

test('importing this package does no more than that', async () => {
  expect(await changedBy(ours)).toEqual({ changed: { AWS_SDK_UA_APP_ID: WRITTEN }, listeners: 0 });
});

test('an app id of the app’s own stays in front', async () => {
  expect(await changedBy(ours, { AWS_SDK_UA_APP_ID: 'orders' })).toEqual({
    changed: { AWS_SDK_UA_APP_ID: expect.stringMatching(/^orders\/PT\/NO-OP\//) },
    listeners: 0,
  });
});
