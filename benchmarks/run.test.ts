import { describe, expect, it } from 'vitest';
import { configCalls } from './measures/config-calls.ts';
import { queueRequests } from './measures/queue-requests.ts';
import { sessionCalls } from './measures/session-calls.ts';
import { meetsTarget } from './support/row.ts';

describe('exact request counts', () => {
  it.for([
    ['of a queue', queueRequests],
    ['of a config load', configCalls],
    ['of a session', sessionCalls],
  ] as const)('%s meet their targets', async ([, measure]) => {
    const rows = await measure();
    expect(rows.every(({ target }) => target !== undefined)).toBe(true);
    expect(rows.filter((row) => !meetsTarget(row))).toEqual([]);
  });

  it('miss a target by a single call', () => {
    const row = { measure: 'calls', unit: 'calls', value: 4 } as const;
    expect(meetsTarget({ ...row, target: { exactly: 3 } })).toBe(false);
    expect(meetsTarget({ ...row, target: { atMost: 3 } })).toBe(false);
    expect(meetsTarget({ ...row, target: { atMost: 4 } })).toBe(true);
  });
});
