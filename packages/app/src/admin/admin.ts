import { inspect } from 'node:util';
import { adminCommand, runTask, validateParams } from '@twelvefold/admin';
import { createAws } from '@twelvefold/aws';
import { systemClock } from '@twelvefold/core';
import { createLifecycle, endOnFatalError } from '@twelvefold/lifecycle';
import { serviceProfile } from '@twelvefold/lifecycle/service';
import type { ConfigOfComponents, HostOptions } from '../app-resource.ts';
import { appResources, CONFIG_RESOURCE } from '../app-resource.ts';
import type { AppIdentity, TaskComponent } from '../component.ts';
import { failureReport } from '../runtime/failure-report.ts';
import { openRuntime } from '../runtime/open-runtime.ts';
import { startupExitCode } from '../runtime/startup-error.ts';
import { taskOf } from '../runtime/task-of.ts';
import { createTelemetry } from '../runtime/telemetry.ts';
import { withoutSecrets } from '../runtime/without-secrets.ts';

/** How long a person waits for an endpoint that is down. */
const RETRY_FOR_MS = 5_000;

/**
 * Runs one of the app's tasks from the command line, with the app's own config, clients, logs and
 * permissions, and sets the
 * process's exit code: 0 done, 1 failed, 64 wrong usage, 69 endpoint down, 78 invalid config, 130
 * interrupted.
 *
 * @param argv `process.argv`: the first two are skipped
 * @example
 * ```ts
 * await admin(app, [recalculateTotals], process.argv, { resources: [database] });
 * ```
 */
export async function admin<const K extends readonly TaskComponent[]>(
  app: AppIdentity,
  tasks: K,
  argv: readonly string[],
  options: HostOptions<ConfigOfComponents<K>> = {},
): Promise<void> {
  const { env } = process;
  const foreign = tasks.filter((task) => task.app !== app).map(({ name }) => `'${name}'`);
  if (foreign.length > 0) throw new TypeError(`Cannot offer tasks of another app: ${foreign.join(', ')}`);

  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort(new Error('Interrupted'));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const io = { stdout: process.stdout, stderr: process.stderr, isTTY: process.stdout.isTTY === true };
    process.exitCode = await adminCommand(tasks.map(taskOf), argv.slice(2), io, async (task, params) => {
      const component = tasks.find(({ name }) => name === task.name);
      if (!component) throw new TypeError(`Cannot run '${task.name}': it is not one of the tasks`);
      const profile = await serviceProfile(env, process.stderr.isTTY === true);
      // Standard output is for results alone.
      const { logger, metrics } = createTelemetry({
        app: app.name,
        env,
        format: profile.logFormat,
        facts: profile.facts,
        write: (line) => void process.stderr.write(`${line}\n`),
      });
      // Until the process ends: a rejection may surface after the task. Nothing before this reads a
      // secret.
      endOnFatalError({
        process,
        clock: systemClock,
        onFatal: failureReport({ logger, terminal: undefined }),
        flush: () => metrics.flush('open'),
        redact: (error) => withoutSecrets(error, logger.redactor, inspect),
      });
      const definition = taskOf(component);
      // Before anything is opened: a wrong flag needs no endpoint to be told.
      await validateParams(definition, params);
      const resources = appResources(options, { config: () => runtime.config(), logger });
      const aws = createAws({ env, logger });
      const runtime = await openRuntime(app, [component], {
        env,
        aws,
        identity: aws,
        host: profile,
        logger,
        metrics,
        clock: systemClock,
        random: Math.random,
        retryForMs: RETRY_FOR_MS,
        caller: component.name,
        signal: interrupt.signal,
      });
      const lifecycle = createLifecycle({ budgetMs: profile.budgetMs });
      lifecycle.register({
        name: CONFIG_RESOURCE,
        ...(runtime.drain ? { drain: runtime.drain } : {}),
        flush: async (signal) => {
          await runtime.flush?.(signal);
          await runtime.resourceMetrics.publish();
          await metrics.flush('open');
        },
        stop: async (signal) => {
          try {
            await runtime.stop(signal);
          } finally {
            aws.close();
          }
        },
      });
      for (const resource of resources) lifecycle.register(resource);
      try {
        await lifecycle.start(interrupt.signal);
        return await runTask(definition, params, {
          component: component.name,
          signal: interrupt.signal,
          clock: systemClock,
          logger,
          metrics,
          makeContext: (scope) => runtime.context(component, scope),
        });
      } catch (error) {
        throw withoutSecrets(error, logger.redactor, inspect);
      } finally {
        const report = await lifecycle.stop('task ended');
        if (resources.length > 0) logger.info('shutdown report', { shutdown: report });
      }
    });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = interrupt.signal.aborted ? 130 : startupExitCode(error);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
