import { expect, it } from 'vitest';
import { createPinningCheck } from './pinning.ts';

const warningsFor = (...texts: string[]): string[] => {
  const warnings: string[] = [];
  const check = createPinningCheck("sql 'orders'", (message) => void warnings.push(message));
  for (const text of texts) check(text);
  return warnings;
};

it.each([
  'SET search_path TO app',
  ' set TIME ZONE 1',
  'RESET ALL',
  'PREPARE p AS SELECT 1',
  'EXECUTE p',
  'DEALLOCATE p',
  'DISCARD ALL',
  'CREATE TEMPORARY TABLE t (n int)',
  'CREATE LOCAL TEMP VIEW v AS SELECT 1',
  'LISTEN changes',
  'DECLARE c CURSOR WITH HOLD FOR SELECT 1',
  "LOAD 'auto_explain'",
  'SELECT pg_try_advisory_lock(1)',
  "SELECT nextval('ids')",
  "SELECT set_config('a.b', 'c', false)",
  `SELECT '${'x'.repeat(16_384)}'`,
])('warns of %.60s', (text) => expect(warningsFor(text, text)).toHaveLength(1));

it.each([
  'SELECT 1',
  'UPDATE orders SET total = 1',
  'SET LOCAL statement_timeout = 1',
  'SET TRANSACTION READ ONLY',
  'SET CONSTRAINTS ALL DEFERRED',
  'SELECT pg_advisory_xact_lock(1)',
  "SELECT set_config('a.b', 'c', true)",
  "PREPARE TRANSACTION 'a'",
])('does not warn of %s', (text) => expect(warningsFor(text)).toEqual([]));
