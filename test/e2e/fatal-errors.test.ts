import { createDynamoDbRuns } from '@twelvefold/admin/dynamodb-runs';
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

it.each([
  ['the command line', 'rejection'],
  ['a service', 'rejection'],
  ['a service', 'timer'],
] as const)('on %s an uncaught error of a %s leaves a record that says so, without secrets', async (host, how) => {
  await using local = await startLocalAws();
  const env: Record<string, string> = { ...ENV, ...(await provisionApp(recordedApp, local.url)) };
  const name = env.TWELVEFOLD_RUNS_NAME ?? '';
  const aws = createAws({ env });
  if (host === 'a service') {
    const store = createDynamoDbRuns({ name, leaseMs: 60_000, aws });
    const run = { shape: 'once', on: 'here', caller: 'ada', correlationId: 'c-1' } as const;
    await store.create({ ...run, id: 'run-1', task: 'stray', params: { how } });
  }
  const entry =
    host === 'a service'
      ? runEntry('test/e2e/fixtures/fatal/service.ts', [], { ...env, PORT: '0' })
      : runEntry('test/e2e/fixtures/fatal/recorded-admin.ts', ['stray', '--how', how], env);
  expect(await entry.exited, entry.stderr()).toEqual({ code: 1, signal: null });
  const { Items = [] } = await aws.call(dynamodb, 'Scan', { TableName: name }, { access: 'read' });
  const records = JSON.stringify(Items);
  expect(records).toContain('"errored"');
  expect(records).toContain('The provider refused the key');
  const output = entry.stdout() + entry.stderr();
  expect(records + output).not.toContain(KEY);
  const fatal = jsonLines(output).filter(({ level }) => level === 'CRITICAL');
  expect(fatal).toMatchObject([{ message: expect.stringMatching(`^${ORIGINS[how]} failed: The provider refused`) }]);
});
