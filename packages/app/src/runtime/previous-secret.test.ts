import type { Aws } from '@twelvefold/aws';
import { createLogger, createMetrics } from '@twelvefold/logging';
import { expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod/mini';
import type { OpenContext, Secret } from '../index.ts';
import {
  defineApp,
  defineConfig,
  defineKind,
  makeDefinition,
  parameterStore,
  secret,
  secretsManager,
} from '../index.ts';
import { openRuntime } from './open-runtime.ts';

const CHANGED_AT = new Date('2026-11-30T12:00:00Z');
const config = defineConfig({
  schema: z.object({ database: z.object({ host: z.string(), password: secret(z.string()) }) }),
  sources: [parameterStore(), secretsManager()],
});
const password = config.key('database.password');

/** A process that starts so many milliseconds after the secret changed, and its calls. */
async function openAfter(ageMs: number) {
  const contexts: OpenContext[] = [];
  const probe = defineKind({
    name: 'probe',
    drivers: {
      test: {
        share: 'process' as const,
        configKeys: () => [password],
        open: async (_: { name: string }, context) => {
          contexts.push(context);
          return { client: { ping: () => {} } };
        },
      },
    },
  }).accesses({ ping: { methods: ['ping'], actions: [] } });
  const calls: string[] = [];
  const lines: string[] = [];
  const aws: Aws = {
    call: async (_service, operation, input) => {
      // One of the two operations that config asks for.
      const { Names, SecretId, VersionStage } = input as { Names?: string[]; SecretId?: string; VersionStage?: string };
      calls.push(`${operation} ${Names ?? `${SecretId} ${VersionStage}`}`);
      const parameters = Names?.map((Name) => ({ Name, Value: 'new-password', LastModifiedDate: CHANGED_AT }));
      return (parameters ? { Parameters: parameters } : { SecretString: 'old-password' }) as never; // that one's output
    },
    as: () => aws,
  };
  const app = defineApp({ name: 'shop', config, backing: { probe: makeDefinition(probe, { name: 'one' }) } });
  const write = (line: string) => void lines.push(line);
  const logger = createLogger({ service: 'shop', write, env: {} });
  const now = () => CHANGED_AT.getTime() + ageMs;
  const runtime = await openRuntime(
    app,
    [app.http({ uses: { probe: ['ping'] } as never }, () => new Response())], // the definition has the type of no client
    {
      env: { TWELVEFOLD_STAGE: 'dev' },
      aws,
      host: { concurrency: 1, isDevelopment: false },
      logger,
      metrics: createMetrics({ namespace: 'shop', service: 'shop', logger, redactor: logger.redactor, write }),
      clock: { now, monotonic: () => 0, sleep: () => new Promise<void>(() => {}) },
      random: () => 0.5,
      retryForMs: 0,
      caller: 'http',
    },
  );
  const [context] = contexts;
  if (!context) throw new Error('the probe was not opened');
  return { context, calls, lines, logger, runtime };
}

it('a driver gets the secret from before a change of the last minute, and the log redacts it', async () => {
  const { context, calls, lines, logger, runtime } = await openAfter(59_000);
  expect(context.config(password).reveal()).toBe('new-password');
  expect((await context.previousSecret(password))?.reveal()).toBe('old-password');
  expect(calls).toEqual([
    'GetParameters /aws/reference/secretsmanager/shop/dev/database/password',
    'GetSecretValue shop/dev/database/password AWSPREVIOUS',
  ]);
  logger.info('login old-password');
  expect(lines.join()).not.toContain('old-password');
  await runtime.stop();
});

it('a driver gets nothing from before an earlier change', async () => {
  const { context, calls, runtime } = await openAfter(60_000);
  expect(await context.previousSecret(password)).toBeUndefined();
  expect(calls).toHaveLength(1);
  await runtime.stop();
});

it('the previous secret has the type of the reference', () => {
  const read = (context: OpenContext) => context.previousSecret(password);
  expectTypeOf(read).returns.resolves.toEqualTypeOf<Secret<string> | undefined>();
});
