import { createAws, dynamodb } from '@twelvefold/aws';
import { startLocalAws } from '@twelvefold/local';
import { expect, it } from 'vitest';
import { jsonLines } from '../support/json-lines.ts';
import { provisionApp } from '../support/provision-app.ts';
import { runEntry } from '../support/run-entry.ts';
import { recordedApp } from './fixtures/fatal/stray.ts';

const KEY = 'key-of-a-test-0000';
const ENV = { TWELVEFOLD_STAGE: 'dev', API_KEY: KEY, NODE_OPTIONS: '--conditions=@twelvefold/source' };
const ORIGINS = { rejection: 'unhandled rejection', timer: 'uncaught exception' };

const ENTRIES = {
  'the command line': (how: string) => runEntry('test/e2e/fixtures/fatal/admin.ts', ['stray', '--how', how], ENV),
  'a function': (how: string) =>
    runEntry('test/e2e/fixtures/fatal/invoke.ts', [JSON.stringify({ task: 'stray', params: { how } })], ENV),
};

it.each([
  ['the command line', 'rejection'],
  ['the command line', 'timer'],
  ['a function', 'rejection'],
  ['a function', 'timer'],
] as const)('on %s an uncaught error of a %s is logged once without secrets, after its metrics', async (host, how) => {
  const entry = ENTRIES[host](how);
  expect(await entry.exited).toEqual({ code: 1, signal: null });
  const output = entry.stdout() + entry.stderr();
  expect(output).not.toContain(KEY);
  const lines = jsonLines(output);
  const fatal = lines.filter(({ level }) => level === 'CRITICAL');
  expect(fatal).toMatchObject([
    { message: expect.stringMatching(new RegExp(`^${ORIGINS[how]} failed: The provider refused the key (?!key-)`)) },
  ]);
  expect(lines).toContainEqual(expect.objectContaining({ begun: 1 }));
  expect(output.match(/The provider refused/g)?.length).toBeLessThanOrEqual(3); // in one line: message, error, stack
});

it('leaves a record that says that its run failed, without secrets', async () => {
  await using local = await startLocalAws();
  const env: Record<string, string> = { ...ENV, ...(await provisionApp(recordedApp, local.url)) };
  const entry = runEntry('test/e2e/fixtures/fatal/recorded-admin.ts', ['stray', '--how', 'rejection'], env);
  expect(await entry.exited, entry.stderr()).toEqual({ code: 1, signal: null });
  const scan = { TableName: env.TWELVEFOLD_RUNS_NAME ?? '' };
  const { Items = [] } = await createAws({ env }).call(dynamodb, 'Scan', scan, { access: 'read' });
  const records = JSON.stringify(Items);
  expect(records).toContain('"errored"');
  expect(records).toContain('The provider refused the key');
  expect(records + entry.stdout() + entry.stderr()).not.toContain(KEY);
});
