import { expect, it } from 'vitest';
import { jsonLines } from '../support/json-lines.ts';
import { runEntry } from '../support/run-entry.ts';

const KEY = 'key-not-real-00000';
const ENV = { TWELVEFOLD_STAGE: 'dev', API_KEY: KEY, NODE_OPTIONS: '--conditions=@twelvefold/source' };
const REDACTED = expect.stringMatching(/^The provider refused the key (?!key-)/);
const FAILED = { task: 'charge', status: 'errored', error: { name: 'Error', message: REDACTED } };

/** Expects the log of a failed run: an error line and a metric. */
function expectTold(lines: ReadonlyArray<Record<string, unknown>>): void {
  expect(lines).toContainEqual(expect.objectContaining({ level: 'ERROR', message: 'Task failed', task: 'charge' }));
  expect(lines).toContainEqual(expect.objectContaining({ task: 'charge', taskFailed: 1 }));
}

it('a task that fails on the command line is logged and counted, and tells no secret', async () => {
  const entry = runEntry('test/e2e/fixtures/task/admin.ts', ['charge', '--json'], ENV);
  expect(await entry.exited).toMatchObject({ code: 1 });
  expect(JSON.parse(entry.stdout())).toMatchObject(FAILED);
  expectTold(jsonLines(entry.stderr()));
  expect(entry.stdout() + entry.stderr()).not.toContain(KEY);
});

it('a task that fails as a function is logged and counted, tells no secret and keeps its correlation id', async () => {
  const event = { task: 'charge', params: {}, correlationId: 'flow-1' };
  const entry = runEntry('test/e2e/fixtures/task/lambda.ts', [JSON.stringify(event)], ENV);
  expect(await entry.exited, entry.stderr()).toMatchObject({ code: 0 });
  const lines = jsonLines(entry.stdout());
  expect(lines.at(-1)).toMatchObject({ answer: { ...FAILED, correlationId: 'flow-1' } });
  expectTold(lines);
  expect(entry.stdout() + entry.stderr()).not.toContain(KEY);
});
