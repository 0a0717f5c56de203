import { expect, it } from 'vitest';
import { notRun } from '../support/not-run-reporter.ts';
import { hasServer } from '../support/with-server.ts';

const missing = { find: () => undefined };

it('leaves out what needs a missing server, and fails where servers are required', () => {
  expect(hasServer('sql', 'postgresql', { find: () => '/usr/bin/postgres', env: {} })).toBe(true);
  expect(hasServer('sql', 'postgresql', { ...missing, env: {} })).toBe(false);
  expect(() => hasServer('sql', 'postgresql', { ...missing, env: { TWELVEFOLD_REQUIRE_SERVERS: '1' } })).toThrow(
    'Cannot test sql: postgresql is not installed',
  );
});

it('names each left-out subject once', () => {
  const suite = (name: string, mode: string) => ({ name, options: { mode } });
  const module = (...suites: object[]) => ({ children: { allSuites: () => suites } }) as never; // as far as it is read
  expect(
    notRun([
      module(suite('sql (needs postgresql)', 'skip'), suite('parses', 'skip')),
      module(suite('sql (needs postgresql)', 'skip'), suite('cache (needs redis)', 'run')),
    ]),
  ).toEqual(['not run: sql (needs postgresql)']);
});
