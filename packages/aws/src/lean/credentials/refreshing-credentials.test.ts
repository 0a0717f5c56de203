import { describe, expect, it } from 'vitest';
import type { Credentials } from '../../settings.ts';
import { refreshingCredentials } from './refreshing-credentials.ts';

const START = Date.UTC(2026, 10, 22);
const HOUR = 3_600_000;

/** A source whose fetches the test ends by hand, on a clock that it moves. */
function open() {
  let now = START;
  let fetches = 0;
  let failing = false;
  const source = refreshingCredentials(
    async (): Promise<Credentials> => {
      fetches += 1;
      await Promise.resolve();
      if (failing) throw new Error('down');
      return { accessKeyId: `AKID${fetches}`, secretAccessKey: 's', expiration: new Date(now + HOUR) };
    },
    () => now,
  );
  return {
    source,
    id: async () => (await source.get()).accessKeyId,
    fetches: () => fetches,
    fail: (on: boolean) => {
      failing = on;
    },
    advance: (ms: number) => {
      now += ms;
    },
  };
}

describe('refreshingCredentials', () => {
  it('fetches once for all who ask at once, and keeps what it got', async () => {
    const { id, fetches } = open();
    expect(await Promise.all([id(), id(), id()])).toEqual(['AKID1', 'AKID1', 'AKID1']);
    expect([await id(), fetches()]).toEqual(['AKID1', 1]);
  });

  it('fetches anew five minutes before the end, and not sooner', async () => {
    const { id, advance } = open();
    await id();
    advance(HOUR - 5 * 60_000 - 1);
    expect(await id()).toBe('AKID1');
    advance(1);
    expect(await id()).toBe('AKID2');
  });

  it('goes on with the old ones while fetching fails, asks again every five seconds, and fails at their end', async () => {
    const { id, advance, fail, fetches } = open();
    await id();
    advance(HOUR - 60_000);
    fail(true);
    expect([await id(), await id(), fetches()]).toEqual(['AKID1', 'AKID1', 2]);
    advance(5_000);
    expect([await id(), fetches()]).toEqual(['AKID1', 3]);
    advance(55_000);
    await expect(id()).rejects.toThrow('down');
    fail(false);
    expect(await id()).toBe('AKID5');
  });

  it('lets go of what AWS called expired, unless it has newer ones already', async () => {
    const { source, id } = open();
    const old = await source.get();
    expect(source.expired(old)).toBe(true);
    expect(await id()).toBe('AKID2');
    expect(source.expired(old)).toBe(true);
    expect(await id()).toBe('AKID2');
  });

  it('keeps those without an end', async () => {
    let fetches = 0;
    const fetch = async () => ({ accessKeyId: `AKID${++fetches}`, secretAccessKey: 's' });
    const source = refreshingCredentials(fetch, () => START + fetches * 100 * HOUR);
    await source.get();
    expect((await source.get()).accessKeyId).toBe('AKID1');
  });
});
