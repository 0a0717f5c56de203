import { createLifecycle } from '@twelvefold/lifecycle';
import { createLogger } from '@twelvefold/logging';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod/mini';
import type { admin } from './admin/admin.ts';
import type { AppResource } from './app-resource.ts';
import { appResources } from './app-resource.ts';
import type { run } from './ecs/run.ts';
import { defineApp, defineConfig, env, memory } from './index.ts';
import type { lambda } from './lambda/lambda.ts';

interface Config {
  readonly rate: number;
}

function setUp(resources: ReadonlyArray<AppResource<Config>>) {
  let config: Config = { rate: 1 };
  const logger = createLogger({ service: 'orders', write: () => undefined, env: {} });
  const opened = appResources({ resources }, { config: () => config, logger });
  const lifecycle = createLifecycle();
  lifecycle.register({ name: 'config and bindings' });
  for (const resource of opened) lifecycle.register(resource);
  return {
    lifecycle,
    logger,
    refresh: (next: Config) => {
      config = next;
    },
  };
}

describe('resources of an app', () => {
  it('start with the config, are checked, and stop in reverse, all named in the report', async () => {
    const seen: string[] = [];
    const resource = (name: string): AppResource<Config> => ({
      name,
      start: ({ config }) => void seen.push(`start ${name} ${config.rate}`),
      check: () => void seen.push(`check ${name}`),
      drain: () => void seen.push(`drain ${name}`),
      stop: () => void seen.push(`stop ${name}`),
    });
    const { lifecycle } = setUp([resource('pool'), resource('client')]);
    await lifecycle.start();
    expect(await lifecycle.health()).toEqual([
      { resource: 'pool', ok: true },
      { resource: 'client', ok: true },
    ]);
    const report = await lifecycle.stop('SIGTERM');
    expect(seen).toEqual([
      'start pool 1',
      'start client 1',
      'check pool',
      'check client',
      'drain client',
      'drain pool',
      'stop client',
      'stop pool',
    ]);
    expect(report.steps.map(({ step, resource: of, outcome }) => `${step} ${of} ${outcome}`)).toEqual([
      'drain client done',
      'drain pool done',
      'stop client done',
      'stop pool done',
    ]);
  });

  it('find the newest config in their context after a refresh', async () => {
    let password = () => 0;
    const { lifecycle, refresh } = setUp([
      {
        name: 'pool',
        start: (context) => {
          password = () => context.config.rate;
        },
      },
    ]);
    await lifecycle.start();
    refresh({ rate: 2 });
    expect(password()).toBe(2);
  });

  it('may be instances of a class', async () => {
    class Pool {
      readonly name = 'pool';
      #open = false;
      start() {
        this.#open = true;
      }
      check() {
        if (!this.#open) throw new Error('closed');
      }
      stop() {
        this.#open = false;
      }
    }
    const { lifecycle } = setUp([new Pool()]);
    await lifecycle.start();
    expect(await lifecycle.health()).toEqual([{ resource: 'pool', ok: true }]);
  });

  it('start after the config although they name what they depend on', async () => {
    const order: string[] = [];
    const { lifecycle } = setUp([
      { name: 'pool', dependsOn: [], start: ({ config }) => void order.push(`${config.rate}`) },
    ]);
    await lifecycle.start();
    expect(order).toEqual(['1']);
  });

  it('fail the start with their name and the cause', async () => {
    const cause = new Error('connect ECONNREFUSED');
    const start = async () => {
      throw cause;
    };
    const { lifecycle } = setUp([{ name: 'pool', start }]);
    const failure = lifecycle.start();
    await expect(failure).rejects.toThrow("Cannot start the resource 'pool': connect ECONNREFUSED");
    await expect(failure).rejects.toMatchObject({ cause });
  });

  it('keep secrets out of the reason of a failed check', async () => {
    const check = () => {
      throw new Error('cannot reach postgres://shop:hunter2-hunter2@db');
    };
    const { lifecycle, logger } = setUp([{ name: 'pool', check }]);
    logger.redactor.add('hunter2-hunter2');
    await lifecycle.start();
    const [{ reason } = { reason: undefined }] = await lifecycle.health();
    expect(reason).toContain('cannot reach postgres://shop:');
    expect(reason).not.toContain('hunter2');
  });

  it('are refused with every fault at once', () => {
    const logger = createLogger({ service: 'orders', write: () => undefined, env: {} });
    const open = (options: object) => () => appResources(options, { config: () => undefined, logger });
    const resources = [null, {}, { name: 'pool' }, { name: 'pool', stop: 'end', dependsOn: 'x' }];
    expect(open({ resources, resource: [] })).toThrow(
      new TypeError(
        "Cannot start the app: unknown option 'resource' (known: resources, lightResponses); resource 0 is not an object; " +
          "resource 1 has no 'name'; 'pool' has none of start, check, health, quiesce, drain, flush, stop; " +
          "two resources are named 'pool'; 'stop' of 'pool' is not a function; " +
          "'dependsOn' of 'pool' is not an array of names",
      ),
    );
    expect(open({ resources: {} })).toThrow("Cannot start the app: 'resources' is not an array");
  });
});

describe('types of resources', () => {
  const config = defineConfig({
    schema: z.object({ rate: z.number(), name: z.string() }),
    sources: [env(), memory({})],
  });
  const app = defineApp({ name: 'orders', config });
  const api = app.http({ uses: { config: ['rate'] } }, () => new Response());
  const task = app.task('sum', { params: z.object({}), uses: { config: ['rate'] } }, async () => 1);
  const rate: AppResource<{ rate: number }> = { name: 'rate', start: () => undefined };
  const wrong: AppResource<{ rate: string }> = { name: 'wrong', start: () => undefined };

  it('read the config that their component names, on every host', () => {
    const onService = (start: typeof run) => start(app, [api], { resources: [rate] });
    const onLambda = (start: typeof lambda) => start(api, { resources: [rate] });
    const onAdmin = (start: typeof admin) => start(app, [task], [], { resources: [rate] });
    expectTypeOf([onService, onLambda, onAdmin]).toBeArray();
  });

  it('are refused when that config does not fit', () => {
    // @ts-expect-error: the config's rate is a number
    const onService = (start: typeof run) => start(app, [api], { resources: [wrong] });
    // @ts-expect-error: the config's rate is a number
    const onLambda = (start: typeof lambda) => start(api, { resources: [wrong] });
    // @ts-expect-error: the config's rate is a number
    const onAdmin = (start: typeof admin) => start(app, [task], [], { resources: [wrong] });
    expectTypeOf([onService, onLambda, onAdmin]).toBeArray();
  });

  it('infer the config where they are written in place', () => {
    const inPlace = (start: typeof lambda) =>
      start(api, {
        resources: [
          { name: 'pool', start: (context) => expectTypeOf(context.config.rate).toEqualTypeOf<number>() as never },
        ],
      });
    expectTypeOf(inPlace).toBeFunction();
  });
});
