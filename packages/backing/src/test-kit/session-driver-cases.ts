import assert from 'node:assert/strict';
import type { RecordChange, SessionDriver } from '../sessions/driver.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { sessionClientCases } from './session-client-cases.ts';

/**
 * Opens a new, empty store. It is disposed of after the case if it has `Symbol.asyncDispose`.
 * @inline
 */
type OpenSessionDriver = () => Promise<SessionDriver & Partial<AsyncDisposable>>;

/** The largest value that every driver must hold. */
const LARGE_BYTES = 400_000;
const HOUR_MS = 3_600_000;

const put = (
  key: string,
  expected: string | undefined,
  version: string,
  value = `value of ${version}`,
): RecordChange => ({
  key,
  expected,
  version,
  value,
  expiresAtMs: Date.now() + HOUR_MS,
});

/** Requirements of a driver, by its operations. */
const OPERATIONS: Readonly<Record<string, (driver: SessionDriver) => Promise<void>>> = {
  'reads nothing under a key that was never written': async (driver) => {
    assert.equal((await driver.read(['a', 'b'])).size, 0);
  },
  'reads a record as it was written': async (driver) => {
    for (const value of ['', '{"a":"ünï 漢字 🎈"}', '\u0000\r\n\t"\\', ' '.repeat(10)]) {
      const key = `key:${value.length}`;
      assert.equal(await driver.write([put(key, undefined, 'v1', value)]), 'written');
      assert.deepEqual({ ...(await driver.read([key])).get(key) }, { value, version: 'v1' });
    }
  },
  'keeps a record that never expires': async (driver) => {
    await driver.write([{ ...put('a', undefined, 'v1'), expiresAtMs: undefined }]);
    assert.equal((await driver.read(['a'])).get('a')?.version, 'v1');
  },
  'creates a record only where there is none': async (driver) => {
    assert.equal(await driver.write([put('a', undefined, 'v1')]), 'written');
    assert.equal(await driver.write([put('a', undefined, 'v2')]), 'conflict');
    assert.equal((await driver.read(['a'])).get('a')?.version, 'v1');
  },
  'replaces a record only if it has the expected version': async (driver) => {
    assert.equal(await driver.write([put('a', 'v0', 'v1')]), 'conflict');
    await driver.write([put('a', undefined, 'v1')]);
    assert.equal(await driver.write([put('a', 'v0', 'v2')]), 'conflict');
    assert.equal(await driver.write([put('a', 'v1', 'v2')]), 'written');
    assert.equal(await driver.write([put('a', 'v1', 'v3')]), 'conflict');
    assert.equal((await driver.read(['a'])).get('a')?.version, 'v2');
  },
  'writes all changes or none': async (driver) => {
    await driver.write([put('a', undefined, 'v1')]);
    assert.equal(await driver.write([put('b', undefined, 'v2'), put('a', 'other', 'v2')]), 'conflict');
    assert.deepEqual([...(await driver.read(['a', 'b'])).keys()], ['a']);
    assert.equal(await driver.write([put('b', undefined, 'v2'), put('a', 'v1', 'v2')]), 'written');
    const both = await driver.read(['a', 'b']);
    assert.deepEqual([both.get('a')?.version, both.get('b')?.version], ['v2', 'v2']);
  },
  'reads and writes 100 records at once': async (driver) => {
    const keys = Array.from({ length: 100 }, (_, index) => `key:${index}`);
    assert.equal(await driver.write(keys.map((key) => put(key, undefined, 'v1', key))), 'written');
    const found = await driver.read(keys);
    assert.deepEqual(
      keys.map((key) => found.get(key)?.value),
      keys,
    );
  },
  'lets one of many writers of a version win': async (driver) => {
    await driver.write([put('a', undefined, 'v0')]);
    for (let round = 0; round < 5; round += 1) {
      const base = (await driver.read(['a'])).get('a')?.version;
      const writes = Array.from({ length: 16 }, (_, index) => driver.write([put('a', base, `r${round}w${index}`)]));
      const outcomes = await Promise.all(writes);
      assert.equal(outcomes.filter((outcome) => outcome === 'written').length, 1);
      assert.equal((await driver.read(['a'])).get('a')?.version, `r${round}w${outcomes.indexOf('written')}`);
    }
  },
  'never shows half of a change of two records': async (driver) => {
    await driver.write([put('a', undefined, 'v0'), put('b', undefined, 'v0')]);
    let last = 'v0';
    const writer = async () => {
      for (let step = 1; step <= 20; step += 1) {
        const order = step % 2 === 0 ? ['a', 'b'] : ['b', 'a'];
        const outcome = await driver.write(order.map((key) => put(key, last, `v${step}`)));
        if (outcome === 'written') last = `v${step}`;
      }
    };
    const others = Array.from({ length: 4 }, async () => {
      for (let step = 0; step < 20; step += 1) {
        const wrong = await driver.write([put('a', 'never', 'x'), put('b', last, 'x')]);
        assert.equal(wrong, 'conflict');
      }
    });
    await Promise.all([writer(), ...others]);
    const both = await driver.read(['a', 'b']);
    assert.equal(both.get('a')?.version, both.get('b')?.version);
    assert.notEqual(both.get('a')?.version, 'x');
  },
  'holds a large record': async (driver) => {
    const value = 'x'.repeat(Math.min(driver.maxValueBytes, LARGE_BYTES));
    assert.ok(value.length >= LARGE_BYTES, `maxValueBytes is ${driver.maxValueBytes}; sessions need ${LARGE_BYTES}`);
    assert.equal(await driver.write([put('a', undefined, 'v1', value)]), 'written');
    assert.equal((await driver.read(['a'])).get('a')?.value, value);
  },
  'rejects with the reason of an aborted signal': async (driver) => {
    const reason = new Error('given up');
    const signal = AbortSignal.abort(reason);
    await assert.rejects(driver.read(['a'], { signal }), reason);
    await assert.rejects(driver.write([put('a', undefined, 'v1')], { signal }), reason);
    assert.equal((await driver.read(['a'])).size, 0);
  },
  'scans every record, if it can scan': async (driver) => {
    if (driver.scan === undefined) return;
    for (const key of ['a', 'b', 'c']) await driver.write([put(key, undefined, 'v1', key)]);
    const seen: string[] = [];
    for await (const { key, value, version } of driver.scan()) seen.push(`${key} ${value} ${version}`);
    assert.deepEqual(seen.sort(), ['a a v1', 'b b v1', 'c c v1']);
  },
};

/**
 * The conformance suite of a {@link SessionDriver}: its operations, and sessions on it under
 * concurrency. The cases need no test runner.
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 *
 * for (const { name, run } of sessionDriverCases(async () => memorySessionDriver())) {
 *   test(name, run); // or of vitest or another runner
 * }
 * ```
 */
export function sessionDriverCases(open: OpenSessionDriver): ConformanceCase[] {
  const withDriver = (run: (driver: SessionDriver) => Promise<void>) => async () => {
    const driver = await open();
    try {
      await run(driver);
    } finally {
      await driver[Symbol.asyncDispose]?.();
    }
  };
  return Object.entries({ ...OPERATIONS, ...sessionClientCases }).map(([name, run]) => ({
    name,
    run: withDriver(run),
  }));
}
