import type { Opened } from '@twelvefold/backing/internal';
import { expect, expectTypeOf, it } from 'vitest';
import { defineKind, makeDefinition } from '../index.ts';
import { dryRunClient } from './dry-run-client.ts';

class Store {
  readonly calls: string[] = [];
  readonly index = { find: (id: string) => `found ${id}` };
  async get(id: string) {
    return { id, calls: this.calls.length };
  }
  async put(id: string): Promise<void> {
    this.calls.push(`put ${id}`);
  }
  async update(id: string) {
    this.calls.push(`update ${id}`);
    return { total: 1 };
  }
  async claim(id: string): Promise<string> {
    this.calls.push(`claim ${id}`);
    return 'taken';
  }
  operation() {
    return 'plain';
  }
}

const kind = defineKind({
  name: 'store',
  dryRun: { put: 'done', operation: 'pass', claim: { answer: 'claimed' } },
  drivers: { test: { open: async (_: { name: string }) => ({ client: new Store() }) } },
}).accesses({
  read: { methods: ['get', 'index'], actions: ['dynamodb:GetItem'] },
  write: { methods: ['put', 'update', 'claim', 'operation'], actions: ['dynamodb:PutItem'] },
});
const definition = makeDefinition(kind as never, { name: 'one' });

function open(opened: Pick<Opened<Store>, 'client' | 'dryRun'>) {
  const writes: string[] = [];
  const dry = dryRunClient('rows', definition, opened, (method) => void writes.push(method)) as Store; // of its methods
  return { dry, writes };
}

it('records writes, answers them, and throws where a result cannot be known', async () => {
  const client = new Store();
  const { dry, writes } = open({ client });
  expect(await dry.get('a')).toEqual({ id: 'a', calls: 0 });
  expect(dry.index.find('a')).toBe('found a');
  expect(await dry.put('a')).toBeUndefined();
  expect(await dry.claim('a')).toBe('claimed');
  expect(dry.operation()).toBe('plain');
  const result = await dry.update('a');
  expect(() => result.total).toThrow(
    expect.objectContaining({
      code: 'DRY_RUN_UNKNOWN',
      message: expect.stringContaining("'total' of the result of rows.update()"),
    }),
  );
  expect(() => Number(result)).toThrow(expect.objectContaining({ code: 'DRY_RUN_UNKNOWN' }));
  expect(client.calls).toEqual([]);
  expect(writes).toEqual(['put', 'claim', 'update']);
});

it("is the driver's own client where it has one for dry runs", async () => {
  const client = new Store();
  const dryRun = (wrote: (method: string) => void) =>
    Object.assign(new Store(), { put: async (id: string) => wrote(`put of ${id}`) });
  const { dry, writes } = open({ client, dryRun });
  await dry.put('a');
  expect([client.calls, writes]).toEqual([[], ['put of a']]);
  expectTypeOf<NonNullable<Opened<Store>['dryRun']>>().toEqualTypeOf<(wrote: (method: string) => void) => Store>();
  // @ts-expect-error: a client for dry runs has all methods of the client
  const lacking: Opened<Store> = { client, dryRun: () => ({ get: client.get }) };
  expect(lacking.client).toBe(client);
});
