/** The DynamoDB driver of runs. @module */
import type { Aws } from '@twelvefold/aws';
import { AwsError, dynamodb } from '@twelvefold/aws';
import type { Item, TransactWriteEntry } from '@twelvefold/aws/internal';
import type { LockClient } from '@twelvefold/backing';
import { lock } from '@twelvefold/backing';
import { createDynamoDbLock } from '@twelvefold/backing/dynamodb-lock';
import { createExpression, sendWrite } from '@twelvefold/backing/internal';
import type { Clock, Duration } from '@twelvefold/core';
import { systemClock, TwelvefoldError } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { Json } from '../../collection.ts';
import type { AuditEntry, RunRecord } from '../run.ts';
import { afterCommand, afterLeg, asLegBegins, isSettled, mayBegin } from '../run-status.ts';
import type { Checkpoint, RunStore } from '../run-store.ts';
import { INDEXES } from '../task-runs.ts';
import type { StoredRun } from './items.ts';
import { auditItem, failureFrom, failureItem, failureKey, newRunItem, runFrom, sum } from './items.ts';

/** @inline */
interface DynamoDbRunsOptions {
  /** The real table's name, e.g. `orders-prod-task-runs`. */
  name: string;
  /** The lease of a leg. @defaultValue 30000 */
  leaseMs?: number;
  aws: Aws;
  /** @defaultValue the system's */
  clock?: Clock;
  /** 0 to below 1, for the jitter of waits. @defaultValue `Math.random` */
  random?: () => number;
}

/** A command meets a change of status that is in flight at most a few times in a row. */
const TRIES = 8;

/** Changes of one run's item: `undefined` removes the attribute. */
type Sets = Readonly<Record<string, unknown>>;

/**
 * The records of runs on DynamoDB: one table that also has their locks, history and quarantine.
 *
 * @throws TypeError for an unknown option.
 * @example
 * ```ts
 * const runs = createDynamoDbRuns({ name: 'orders-prod-task-runs', aws });
 * for await (const run of runs.active()) console.log(run.id, run.status);
 * ```
 */
export function createDynamoDbRuns(options: DynamoDbRunsOptions): RunStore {
  const { name: TableName, leaseMs = 30_000, aws, clock = systemClock, random = Math.random } = options;
  assertKnownOptions('create the client of task runs', options, ['name', 'leaseMs', 'aws', 'clock', 'random']);
  const definition = lock('task-runs', { lease: `${leaseMs}ms` as Duration });
  const sending = (signal: AbortSignal | undefined) => ({ clock, random, signal, repeatable: true });
  const now = () => new Date(clock.now()).toISOString();

  const find = async (id: string, signal?: AbortSignal): Promise<StoredRun | undefined> => {
    const input = { TableName, Key: { id: `run/${id}` }, ConsistentRead: true };
    const { Item } = await aws.call(dynamodb, 'GetItem', input, { access: 'read', signal });
    return Item && runFrom(Item);
  };
  const get = async (id: string, signal?: AbortSignal): Promise<StoredRun> => {
    const run = await find(id, signal);
    if (run) return run;
    throw new TwelvefoldError('RUN_NOT_FOUND', `Cannot find run ${JSON.stringify(id)}: list them with 'runs'`);
  };
  async function* items(index: keyof typeof INDEXES, partition: string, more: object, signal?: AbortSignal) {
    const { name: IndexName, partition: key } = INDEXES[index];
    const base = { TableName, IndexName, KeyConditionExpression: '#p = :p', ...more };
    const input = {
      ...base,
      ExpressionAttributeNames: { '#p': key, ...('names' in more ? (more.names as Record<string, string>) : {}) },
      ExpressionAttributeValues: { ':p': partition, ...('values' in more ? (more.values as Item) : {}) },
    };
    Reflect.deleteProperty(input, 'names');
    Reflect.deleteProperty(input, 'values');
    let ExclusiveStartKey: Item | undefined;
    do {
      const page = await aws.call(
        dynamodb,
        'Query',
        { ...input, ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}) },
        { access: 'read', signal },
      );
      yield* page.Items ?? [];
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
  }

  /**
   * One change of status with its line of history, or neither. @returns undefined when the record
   * has changed meanwhile
   */
  const change = async (
    run: RunRecord,
    sets: Sets & { readonly status: RunRecord['status'] },
    entry: Pick<AuditEntry, 'event' | 'by' | 'detail'>,
    { signal, token }: { signal?: AbortSignal | undefined; token?: number } = {},
  ): Promise<RunRecord | undefined> => {
    const at = now();
    const version = run.version + 1;
    const active = isSettled(sets.status) ? undefined : 'yes';
    const due = active && String(sets.dueAt ?? run.dueAt ?? at);
    const update = updateOf({ ...sets, version, updatedAt: at, active, due }, ({ name, value }) => [
      `${name('version')} = ${value(run.version)}`,
      ...(token === undefined ? [] : [`${name('fence')} = ${value(token)}`]),
    ]);
    const entries: TransactWriteEntry[] = [
      { Update: { TableName, Key: { id: `run/${run.id}` }, ...update } },
      putNew(auditItem(run.id, { ...entry, seq: version, at, status: sets.status })),
    ];
    try {
      const input = { TransactItems: entries, ClientRequestToken: crypto.randomUUID() };
      await sendWrite(aws, 'TransactWriteItems', input, sending(signal));
    } catch (error) {
      if (isRefused(error)) return undefined;
      throw error;
    }
    return get(run.id, signal);
  };
  const putNew = (Item: Item): TransactWriteEntry => ({
    Put: {
      TableName,
      Item,
      ConditionExpression: 'attribute_not_exists(#id)',
      ExpressionAttributeNames: { '#id': 'id' },
    },
  });
  /** Reads and changes until no other process came between. */
  const changing = async (
    id: string,
    signal: AbortSignal | undefined,
    next: (run: StoredRun) => Promise<RunRecord | undefined>,
  ): Promise<RunRecord> => {
    for (let tries = 1; ; tries += 1) {
      const run = await next(await get(id, signal));
      if (run) return run;
      if (tries >= TRIES) {
        throw new TwelvefoldError(
          'RUN_REFUSED',
          `Cannot change run ${id}: others change it at the same time; try again`,
        );
      }
    }
  };
  const written = ({ progress, durationMs, total, writes }: Checkpoint): Sets => ({
    progress: JSON.stringify(progress),
    ...sum(progress),
    durationMs: Math.round(durationMs),
    ...(total === undefined ? {} : { total }),
    ...(writes === undefined ? {} : { writes: JSON.stringify(writes) }),
  });
  const assertHolder = (run: RunRecord, token: number, cause?: unknown) => {
    if (run.fence === token) return;
    const message = `Cannot go on with run ${run.id}: leg ${run.leg} has taken it (fence ${run.fence}, this leg has ${token})`;
    throw new TwelvefoldError('LOCK_LOST', message, { cause });
  };

  return {
    async create(run, { signal } = {}) {
      const item = newRunItem(run, now());
      const entry = { seq: 1, at: now(), event: 'enqueued', status: 'enqueued', by: run.caller } as const;
      try {
        const TransactItems = [putNew(item), putNew(auditItem(run.id, entry))];
        const input = { TransactItems, ClientRequestToken: crypto.randomUUID() };
        await sendWrite(aws, 'TransactWriteItems', input, sending(signal));
        return { run: runFrom(item), created: true };
      } catch (error) {
        const existing = isRefused(error) ? await find(run.id, signal) : undefined;
        if (existing) return { run: existing, created: false };
        throw error;
      }
    },
    get: (id, { signal } = {}) => get(id, signal),
    async list(task, { limit = 20, signal } = {}) {
      const runs: RunRecord[] = [];
      for await (const item of items('group', `task/${task}`, { ScanIndexForward: false, Limit: limit }, signal)) {
        runs.push(runFrom(item));
        if (runs.length >= limit) break;
      }
      return runs;
    },
    async *active({ signal, dueBy = now() } = {}) {
      const until = { KeyConditionExpression: '#p = :p AND #s <= :s', names: { '#s': 'due' }, values: { ':s': dueBy } };
      for await (const item of items('active', 'yes', until, signal)) yield runFrom(item);
    },
    async *audit(id, { signal } = {}) {
      for await (const item of items('group', `audit/${id}`, {}, signal)) {
        yield JSON.parse(String(item.entry)) as AuditEntry; // as auditItem writes it
      }
    },
    command: (id, command, by, { on, signal } = {}) =>
      changing(id, signal, async (run) => {
        const status = afterCommand(run.status, command, id);
        if (status === run.status && (on === undefined || on === run.on)) return run;
        const again =
          status === 'enqueued' ? { idleLegs: 0, error: undefined, endedAt: undefined, launch: undefined } : {};
        const ended = status === 'cancelled' ? { endedAt: now() } : {};
        return change(run, { status, ...again, ...ended, ...(on && { on }) }, { event: command, by }, { signal });
      }),
    launch: (run, launch, by, { signal } = {}) =>
      change(
        run,
        { status: run.status, launch: JSON.stringify(launch) },
        { event: 'launched', by, detail: `on ${run.on}, leg ${run.leg + 1}, try ${launch.attempts}` },
        { signal },
      ),
    async launchedAs({ id, version, launch }, outcome, { signal } = {}) {
      const update = updateOf({ launch: JSON.stringify({ ...launch, ...outcome }) }, ({ name, value }) => [
        `${name('version')} = ${value(version)}`,
      ]);
      const input = { TableName, Key: { id: `run/${id}` }, ...update };
      await sendWrite(aws, 'UpdateItem', input, sending(signal)).catch((error) => {
        if (!isRefused(error)) throw error;
      });
    },
    async giveUp(run, error, by, { signal } = {}) {
      const sets = { status: 'errored', error: JSON.stringify(error), endedAt: now(), launch: undefined } as const;
      const entry = { event: 'ended', by, detail: error.message } as const;
      return (await change(run, sets, entry, { signal })) ?? get(run.id, signal);
    },
    begin: (id, { token, host }, { signal } = {}) =>
      changing(id, signal, async (run) => {
        if (run.fence === token) return run; // the answer to this very write was lost
        if (run.fence > token) assertHolder(run, token);
        if (!mayBegin(run.status)) {
          throw new TwelvefoldError('RUN_REFUSED', `Cannot begin a leg of run ${id}: it is ${run.status}`);
        }
        const at = now();
        const leg = run.leg + 1;
        const sets = { status: asLegBegins(run.status), fence: token, leg, host, startedAt: run.startedAt ?? at };
        // A leg that died did not count itself.
        const died = run.status === 'running' && run.leg > 0;
        const idleLegs = died ? (run.matched > run.matchedBefore ? 0 : run.idleLegs + 1) : run.idleLegs;
        const entry = { event: 'began', by: host, detail: `leg ${leg}, fence ${token}` } as const;
        // The positions are left alone: a leg that dies now must not take them with it.
        return change(run, { ...sets, idleLegs, launch: undefined, matchedBefore: run.matched }, entry, { signal });
      }),
    async checkpoint(id, checkpoint, { signal } = {}) {
      const update = updateOf({ ...written(checkpoint), updatedAt: now() }, ({ name, value }) => [
        `${name('fence')} = ${value(checkpoint.token)}`,
      ]);
      const input = { TableName, Key: { id: `run/${id}` }, ...update, ReturnValues: 'ALL_NEW' } as const;
      try {
        const { Attributes } = await sendWrite(aws, 'UpdateItem', input, sending(signal));
        return runFrom(Attributes ?? {});
      } catch (error) {
        if (isRefused(error)) assertHolder(await get(id, signal), checkpoint.token, error);
        throw error;
      }
    },
    end: (id, end, { signal } = {}) =>
      changing(id, signal, async (run) => {
        assertHolder(run, end.token);
        const status = afterLeg(run.status, end.outcome);
        const settled = isSettled(status) && status !== 'paused';
        const { matched } = sum(end.progress);
        const sets = {
          ...written(end),
          status,
          idleLegs: matched > run.matchedBefore || end.outcome !== 'yielded' ? 0 : run.idleLegs + 1,
          result: end.result === undefined ? undefined : jsonText(end.result),
          error: end.error && JSON.stringify(end.error),
          endedAt: settled ? now() : undefined,
        };
        const { outcome, detail, token } = end;
        const entry = { event: 'ended', by: run.host ?? '', detail: detail ?? outcome } as const;
        return change(run, sets, entry, { signal, token });
      }),
    async addFailure(id, failure, { signal } = {}) {
      const input = { TableName, Item: failureItem(id, failure) };
      await sendWrite(aws, 'PutItem', input, sending(signal));
    },
    async *failures(id, { after, signal } = {}) {
      const behind = {
        KeyConditionExpression: '#p = :p AND #s > :s',
        names: { '#s': 'order' },
        values: { ':s': after },
      };
      for await (const item of items('group', `failed/${id}`, after === undefined ? {} : behind, signal)) {
        yield failureFrom(item);
      }
    },
    async resolveFailure(id, position, { signal } = {}) {
      // Out of the index: the item stays for people.
      const update = updateOf({ group: undefined, resolvedAt: now() }, ({ name }) => [
        `attribute_exists(${name('id')})`,
      ]);
      const input = { TableName, Key: { id: failureKey(id, position) }, ...update };
      await sendWrite(aws, 'UpdateItem', input, sending(signal)).catch((error) => {
        if (!isRefused(error)) throw error;
      });
    },
    leaseMs,
    locks: (component): LockClient =>
      createDynamoDbLock({ definition, name: TableName, aws, component, clock, random }),
    async nextToken(task, { signal } = {}) {
      const update = {
        UpdateExpression: 'ADD #fence :one',
        ExpressionAttributeNames: { '#fence': 'fence' },
        ExpressionAttributeValues: { ':one': 1 },
      };
      const input = { TableName, Key: { id: `task/${task}` }, ...update, ReturnValues: 'UPDATED_NEW' } as const;
      const { Attributes } = await sendWrite(aws, 'UpdateItem', input, sending(signal));
      return Number(Attributes?.fence);
    },
  };
}

/** An update's expressions: sets values, removes those that are `undefined`. */
function updateOf(sets: Sets, conditions: (expression: ReturnType<typeof createExpression>) => readonly string[]) {
  const expression = createExpression();
  const { name, value, attributes } = expression;
  const given = Object.entries(sets).filter(([, set]) => set !== undefined);
  const gone = Object.keys(sets).filter((field) => sets[field] === undefined);
  const set = given.map(([field, one]) => `${name(field)} = ${value(one)}`);
  const UpdateExpression = [
    ...(set.length > 0 ? [`SET ${set.join(', ')}`] : []),
    ...(gone.length > 0 ? [`REMOVE ${gone.map(name).join(', ')}`] : []),
  ].join(' ');
  const ConditionExpression = conditions(expression).join(' AND ');
  return { UpdateExpression, ConditionExpression, ...attributes() };
}

function isRefused(error: unknown): boolean {
  if (AwsError.isInstance(error, 'ConditionalCheckFailedException')) return true;
  if (!AwsError.isInstance(error, 'TransactionCanceledException')) return false;
  return (error.cancellationReasons ?? []).some(({ Code }) => Code === 'ConditionalCheckFailed');
}

/** A result as JSON; one that JSON cannot hold as its text. */
function jsonText(result: unknown): string {
  try {
    return JSON.stringify(result, (_key, value: Json | bigint) => (typeof value === 'bigint' ? String(value) : value));
  } catch {
    return JSON.stringify(String(result));
  }
}
