/** The supervisor of runs as a Lambda function. @module */
import { ecsLauncher, lambdaLauncher } from '@twelvefold/admin';
import type { SupervisorReport } from '@twelvefold/admin/internal';
import { handleSupervisorEvent } from '@twelvefold/admin/internal';
import { createAws } from '@twelvefold/aws';
import { systemClock } from '@twelvefold/core';
import { lambdaProfile } from '@twelvefold/lifecycle/internal/lambda';
import type { LambdaHandler } from '@twelvefold/lifecycle/lambda';
import { lambdaHandler } from '@twelvefold/lifecycle/lambda';
import type { AppIdentity, TaskComponent } from '../component.ts';
import { physicalName } from '../names.ts';
import { ecsPlace } from '../runtime/ecs-place.ts';
import { openRuntime } from '../runtime/open-runtime.ts';
import { runsComponent } from '../runtime/runs-component.ts';
import { runStoreOf } from '../runtime/task-legs.ts';
import { taskOf } from '../runtime/task-of.ts';
import { createTelemetry } from '../runtime/telemetry.ts';
import { stageFrom } from '../stage.ts';

const START_LIMITS = { retryForMs: 5_000, callTimeoutMs: 3_500 };

/**
 * Makes the handler of the supervisor: the one function that starts legs of runs. It takes the
 * events of a rule each minute, of stopped ECS tasks, and of the schedules of tasks. Its role is
 * the only one with `ecs:RunTask`, `iam:PassRole` and `lambda:InvokeFunction` on the functions of
 * tasks.
 *
 * Scheduled runs work in the task's function, or as ECS tasks where the schedule's input has
 * `"on": "ecs"`.
 *
 * @example
 * ```ts
 * export const handler = await supervisor(app, [recalculateTotals]);
 * ```
 */
export async function supervisor(
  app: AppIdentity,
  tasks: readonly TaskComponent[],
): Promise<LambdaHandler<unknown, SupervisorReport>> {
  const { env } = process;
  const foreign = tasks.filter((task) => task.app !== app).map(({ name }) => `'${name}'`);
  if (foreign.length > 0) throw new TypeError(`Cannot supervise tasks of another app: ${foreign.join(', ')}`);
  const component = runsComponent(app, 'supervisor');
  const { facts, concurrency } = lambdaProfile(env);
  const { logger, metrics } = createTelemetry({ app: app.name, env, format: 'json', facts });
  const aws = createAws({ env, logger });
  const clock = systemClock;
  const host = { concurrency, isDevelopment: false };
  const common = { env, aws, identity: aws, host, logger, metrics, clock, random: Math.random, caller: component.name };
  const runtime = await openRuntime(app, [component], { ...common, ...START_LIMITS });
  const store = runStoreOf(runtime, component);
  if (!store) throw new TypeError('Cannot supervise runs: the app keeps no records');
  const stage = stageFrom(env);
  const place = ecsPlace(env);
  const calls = aws.as(component.name);
  const launchers = {
    lambda: lambdaLauncher({ aws: calls, functionOf: (task) => physicalName(app.name, stage, task) }),
    ...(place && { ecs: ecsLauncher({ aws: calls, place }) }),
  };
  return lambdaHandler<unknown, SupervisorReport>(
    (event, { signal }) =>
      handleSupervisorEvent(event, {
        store,
        tasks: tasks.map(taskOf),
        launchers,
        by: component.name,
        clock,
        logger,
        signal,
        release: env.TWELVEFOLD_RELEASE || undefined,
      }),
    { clock, flush: () => metrics.flush(), onResume: () => aws.resume() },
  );
}
