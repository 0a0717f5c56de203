import type { Definition, Kind } from '@twelvefold/backing';
import { makeDefinition } from '@twelvefold/backing';
import type { Infrastructure, InfrastructureContext } from '@twelvefold/backing/internal';
import { assertName, TABLE_BINDING, tableInfrastructure } from '@twelvefold/backing/internal';
import type { Duration } from '@twelvefold/core';
import { durationMs } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { RunStore } from './run-store.ts';

export interface TaskRunsOptions {
  /**
   * How long a leg may go without a renewal of its lease, 1 s to 1 h. The next leg waits one to two
   * leases after a leg that has died. @defaultValue '30s'
   */
  lease?: Duration;
}

const READ = ['get', 'list', 'active', 'audit', 'failures'] as const;
const WRITE = [
  'create',
  'command',
  'launch',
  'launchedAs',
  'giveUp',
  'begin',
  'checkpoint',
  'end',
  'addFailure',
  'resolveFailure',
  'locks',
  'leaseMs',
  'nextToken',
] as const;

/** Lists are queries of the indexes. */
const QUERIES = { 'group-order': ['dynamodb:Query'], 'active-due': ['dynamodb:Query'] } as const;

/** `read` lists and shows runs. `run` is what a task has without asking: its own record. */
const ACCESSES = {
  read: { methods: READ, actions: ['dynamodb:GetItem'], parts: QUERIES },
  run: {
    methods: [...READ, ...WRITE],
    actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    parts: QUERIES,
  },
} as const;

export interface TaskRunsDefinition extends Definition<RunStore, typeof ACCESSES> {
  readonly kind: 'task-runs';
  readonly leaseMs: number;
}

/** The kind's name: an app has at most one resource of it. */
const TASK_RUNS = 'task-runs';

const MIN_LEASE_MS = 1_000;
const MAX_LEASE_MS = 3_600_000;

/** Attributes of the two indexes; both hold some of the items only. */
export const INDEXES = {
  /** Runs by task, history and quarantine by run. */
  group: { name: 'group-order', partition: 'group', sort: 'order' },
  /** Runs that the supervisor looks after. */
  active: { name: 'active-due', partition: 'active', sort: 'due' },
} as const;

/**
 * Declares the table of an app's runs. With it in `backing`, each run of a task has a record;
 * tasks over a collection need it. No I/O happens here.
 *
 * @throws TypeError or RangeError for a wrong name, option or lease.
 * @example
 * ```ts
 * const runs = taskRuns('task-runs');
 * ```
 */
export function taskRuns(name: string, options: TaskRunsOptions = {}): TaskRunsDefinition {
  assertName(TASK_RUNS, name);
  assertKnownOptions(`define task-runs '${name}'`, options, ['lease']);
  const leaseMs = durationMs(options.lease ?? '30s');
  if (leaseMs < MIN_LEASE_MS || leaseMs > MAX_LEASE_MS) {
    throw new RangeError(`Cannot define task-runs '${name}': lease is ${options.lease}; use '1s' to '1h'`);
  }
  return makeDefinition(KIND, { name, leaseMs }) as TaskRunsDefinition; // its types exist in the compiler only
}

/** The table with its indexes. Without TTL: a deleted lock would start its fencing tokens anew. */
function infrastructure(_: TaskRunsDefinition, context: InfrastructureContext): Infrastructure {
  const indexes = Object.values(INDEXES).map(({ name, partition, sort }) => [name, { partition, sort }]);
  return tableInfrastructure({ partitionKey: 'id', indexes: Object.fromEntries(indexes) }, context);
}

const KIND: Kind<TaskRunsDefinition, object, typeof ACCESSES> = {
  name: TASK_RUNS,
  accesses: ACCESSES,
  drivers: {
    dynamodb: {
      namespace: 'table',
      binding: TABLE_BINDING,
      modules: ['@twelvefold/admin/dynamodb-runs'],
      infrastructure,
      open: async ({ leaseMs }, { target: name, aws, clock, random }) => {
        const { createDynamoDbRuns } = await import('@twelvefold/admin/dynamodb-runs');
        return { client: createDynamoDbRuns({ name, leaseMs, aws, clock, random }) };
      },
    },
  },
};
