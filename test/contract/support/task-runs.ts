import type { RunStore, TaskRunsDefinition } from '@twelvefold/admin';
import { taskRuns } from '@twelvefold/admin';
import { createDynamoDbRuns } from '@twelvefold/admin/dynamodb-runs';
import type { RunInfo } from '@twelvefold/admin/internal';
import type { Aws } from '@twelvefold/aws';
import { createAws } from '@twelvefold/aws';
import { driverOf } from '@twelvefold/backing/internal';
import type { Clock } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import type { Scope } from '@twelvefold/lifecycle';
import type { LocalAws } from '@twelvefold/local';
import { provision, startLocalAws } from '@twelvefold/local';
import type { ObservedAws } from './observed-aws.ts';
import { observedAws } from './observed-aws.ts';
import { TRANSPORT } from './transport.ts';

export interface RunsTarget extends ObservedAws, AsyncDisposable {
  readonly local: LocalAws;
  readonly env: Readonly<Record<string, string>>;
  /** Makes a new table of runs. */
  create(options?: { clock?: Clock; leaseMs?: number }): Promise<{ store: RunStore; name: string }>;
}

/** The table of a definition, as its kind describes it. */
function runsTemplate(definition: TaskRunsDefinition, physicalName: string): object {
  const unused = () => {
    throw new Error('not used');
  };
  const context = {
    key: 'runs',
    physicalName,
    logicalId: (suffix: string) => suffix,
    companion: unused,
    reference: unused,
  };
  const { resources = [] } = driverOf(definition).infrastructure?.(definition as never, context) ?? {};
  return {
    Resources: Object.fromEntries(
      resources.map(({ id, type, properties }) => [id, { Type: type, Properties: properties }]),
    ),
  };
}

export async function openRuns(): Promise<RunsTarget> {
  const local = await startLocalAws();
  const env = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  const inner: Aws = createAws({ env: { ...TRANSPORT, ...env }, endpoint: local.url });
  const observed = observedAws(inner);
  return {
    ...observed,
    local,
    env: { ...env, AWS_ENDPOINT_URL: local.url },
    create: async ({ clock = systemClock, leaseMs = 1_000 } = {}) => {
      const name = `runs-${crypto.randomUUID()}`;
      await provision(runsTemplate(taskRuns('task-runs'), name), { endpoint: local.url, env });
      return { store: createDynamoDbRuns({ name, leaseMs, aws: observed.aws, clock }), name };
    },
    [Symbol.asyncDispose]: () => local.close(),
  };
}

/** A context with what a handler needs of its run. */
export const contextOf = (scope: Scope, run: RunInfo) => ({ signal: scope.signal, run });
export type TestContext = ReturnType<typeof contextOf>;
