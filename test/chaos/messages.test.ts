import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Aws } from '@twelvefold/aws';
import { createAws, dynamodb, sqs } from '@twelvefold/aws';
import type { Item } from '@twelvefold/aws/internal';
import { createSqsSender } from '@twelvefold/backing/sqs';
import type { LaunchedFunction, LaunchedTask, LocalAws, OutputLine } from '@twelvefold/local';
import { launchEventSourceMapping, launchFunction, launchTask, provision, startLocalAws } from '@twelvefold/local';
import { build } from 'esbuild';
import { bindings } from 'twelvefold';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { until } from '../support/until.ts';
import { app } from './fixtures/messages/app.ts';

/**
 * Messages of each kind of queue on each host: 1,000 in all; `npm run verify` has 10,000 on each
 * host.
 */
const MESSAGES = process.env.TWELVEFOLD_VERIFY ? 5_000 : 250;
const PATIENCE_MS = process.env.TWELVEFOLD_VERIFY ? 1_800_000 : 600_000;
const ACCOUNTS = 25;
/**
 * Ends of processes per host, every third by SIGKILL, spread evenly over the work. What a killed
 * process held is hidden for its visibility timeout, which is most of the time that this takes.
 */
const ENDS = process.env.TWELVEFOLD_VERIFY ? 60 : 6;

const FIXTURES = fileURLToPath(new URL('./fixtures/messages/', import.meta.url));
const region = 'eu-west-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Bundled as a deployment is: processes that are started all the time have to start fast. */
let bundles: string;
beforeAll(async () => {
  bundles = await mkdtemp(`${tmpdir()}/twelvefold-chaos-`);
  await build({
    entryPoints: ['service.ts', 'lambda-plain.ts', 'lambda-ordered.ts'].map((name) => `${FIXTURES}${name}`),
    outdir: bundles,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    conditions: ['@twelvefold/source'],
    logLevel: 'warning',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
});
afterAll(() => rm(bundles, { recursive: true }));

interface World {
  readonly local: LocalAws;
  readonly aws: Aws;
  /** For the processes. */
  readonly env: Readonly<Record<string, string>>;
  target(key: string): string;
  onOutput(line: OutputLine): void;
  /** The last lines that the processes wrote, for a failure. */
  readonly lines: string[];
  /** Functions that end what the test has started, last first. */
  readonly ends: Array<() => Promise<unknown>>;
}

/** An endpoint with the resources of the app. */
async function setUp(): Promise<World> {
  const local = await startLocalAws();
  const all = bindings(app, 'test');
  const Resources = Object.fromEntries(
    all.map(({ key, value, physicalName }): [string, object] => {
      if (value === 'url') {
        const fifo = physicalName.endsWith('.fifo');
        const perGroup = {
          FifoQueue: true,
          DeduplicationScope: 'messageGroup',
          FifoThroughputLimit: 'perMessageGroupId',
        };
        return [
          key,
          {
            Type: 'AWS::SQS::Queue',
            Properties: { QueueName: physicalName, VisibilityTimeout: 4, ...(fifo ? perGroup : {}) },
          },
        ];
      }
      const keyName = key === 'accounts' ? 'account' : 'id';
      const Properties = {
        TableName: physicalName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: keyName, KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: keyName, AttributeType: 'S' }],
      };
      return [key, { Type: 'AWS::DynamoDB::Table', Properties }];
    }),
  );
  for (const [queue, dead] of [
    ['plain', 'plainDeadLetter'],
    ['ordered', 'orderedDeadLetter'],
  ] as const) {
    const { Properties } = Resources[queue] as { Properties: Record<string, object> }; // made above
    Properties.RedrivePolicy = { deadLetterTargetArn: { 'Fn::GetAtt': [dead, 'Arn'] }, maxReceiveCount: 100 } as object;
  }
  const Outputs = Object.fromEntries(all.map(({ key }) => [key, { Value: { Ref: key } }]));
  const { outputs } = await provision({ Resources, Outputs }, { endpoint: local.url, region, credentials });
  const access = {
    AWS_ENDPOINT_URL: local.url,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  const lines: string[] = [];
  return {
    local,
    lines,
    ends: [() => local.close()],
    aws: createAws({ env: access }),
    env: {
      ...access,
      ...Object.fromEntries(all.map(({ key, env }) => [env, outputs[key] ?? ''])),
      TWELVEFOLD_STAGE: 'test',
      POWERTOOLS_LOG_LEVEL: 'ERROR',
    },
    target: (key) => outputs[key] ?? '',
    onOutput: ({ line }) => {
      lines.push(line.slice(0, 300));
      if (lines.length > 20) lines.shift();
    },
  };
}

/** 5 % of all calls each, after start-up's own. */
function injectFaults({ local }: World): void {
  const [kinds, services] = [
    ['throttle', 'error500', 'reset', 'dropResponse', 'delay', 'duplicate'],
    ['sqs', 'dynamodb'],
  ] as const;
  for (const service of services) {
    for (const [at, kind] of kinds.entries()) {
      const seed = 1 + at + kinds.length * services.indexOf(service);
      local.faults.add({ service, kind, probability: 0.05, seed, ...(kind === 'delay' ? { delayMs: 300 } : {}) });
    }
  }
}

/** Resolves with the messages that could not be sent. */
async function sendEverything({ aws, target }: World) {
  const { plain, ordered } = app.backing;
  async function* steps(prefix: string) {
    for (let n = 0; n < MESSAGES; n += 1) {
      yield { id: `${prefix}-${n}`, account: `a-${n % ACCOUNTS}`, n: Math.floor(n / ACCOUNTS) };
    }
  }
  const results = await Promise.all([
    createSqsSender({ definition: plain, url: target('plain'), aws }).sendAll(steps('p')),
    createSqsSender({ definition: ordered, url: target('ordered'), aws }).sendAll(steps('o')),
  ]);
  return results.flat().filter(({ ok }) => !ok);
}

/** Every row of a table; asked again where a fault struck three times. */
async function rows({ aws, target }: World, key: string): Promise<Item[]> {
  for (;;) {
    try {
      const found: Item[] = [];
      let ExclusiveStartKey: Item | undefined;
      do {
        const input = {
          TableName: target(key),
          ConsistentRead: true,
          ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}),
        };
        const page = await aws.call(dynamodb, 'Scan', input, { access: 'read' });
        found.push(...(page.Items ?? []));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      return found;
    } catch {
      await sleep(100);
    }
  }
}

async function depth({ aws, target }: World, key: string): Promise<number> {
  const names = [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesDelayed',
  ];
  const input = { QueueUrl: target(key), AttributeNames: names };
  const { Attributes = {} } = await aws.call(sqs, 'GetQueueAttributes', input, { access: 'read' });
  return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
}

/** A way to run the app, and to end its processes while they work. */
interface Host {
  terminate(): Promise<void>;
  kill(): Promise<void>;
}

async function startService(world: World): Promise<Host> {
  const launch = () =>
    launchTask({
      command: ['node', `${bundles}/service.mjs`],
      cwd: bundles,
      region,
      // Any free port, for its health: another run of this test on the machine has one open too.
      env: { ...world.env, PORT: '0' },
      stopTimeoutMs: 10_000,
      onOutput: world.onOutput,
    });
  let task: LaunchedTask = await launch();
  world.ends.push(() => task.stop());
  return {
    async terminate() {
      await task.stop();
      task = await launch();
    },
    async kill() {
      await task.kill();
      task = await launch();
    },
  };
}

async function startFunctions(world: World): Promise<Host> {
  const { local, target, env, onOutput, ends } = world;
  const launch = async (name: 'plain' | 'ordered'): Promise<LaunchedFunction> => {
    const entry = `${bundles}/lambda-${name}.mjs`;
    const fn = await launchFunction({ name, entry, region, env, timeoutMs: 4_000, maxConcurrency: 3, onOutput });
    const queueUrl = target(name);
    const queueArn = `arn:aws:sqs:${region}:123456789012:${queueUrl.split('/').at(-1)}`;
    const mapping = launchEventSourceMapping({
      queueUrl,
      queueArn,
      endpoint: local.url,
      region,
      credentials,
      fn,
      reportBatchItemFailures: true,
      maxConcurrency: 3,
    });
    ends.push(async () => {
      await mapping.stop();
      await fn.stop();
    });
    return fn;
  };
  const functions = [await launch('plain'), await launch('ordered')];
  return {
    async terminate() {
      // Lambda ends environments one by one.
      for (const pid of functions.flatMap((fn) => fn.pids().slice(0, 1))) {
        try {
          process.kill(pid, 'SIGTERM');
        } catch {
          // It has ended by itself.
        }
      }
    },
    async kill() {
      await Promise.all(functions.map((fn) => fn.kill()));
    },
  };
}

const HOSTS: ReadonlyArray<readonly [string, (world: World) => Promise<Host>]> = [
  ['a service', startService],
  ['functions', startFunctions],
];

describe(`${MESSAGES} messages on a standard and on a FIFO queue, 5 % of every fault, processes that end all the time`, () => {
  // Side by side: most of the time each waits for what dead processes have hidden.
  it.concurrent.for(HOSTS)(
    'loses none, doubles no effect, keeps the order of every group: %s',
    { timeout: PATIENCE_MS + 120_000 },
    async ([name, start], { expect, onTestFinished }) => {
      const begun = performance.now();
      const world = await setUp();
      onTestFinished(async () => {
        for (const end of world.ends.toReversed()) await end();
      });
      const host = await start(world);
      injectFaults(world);
      const reach = (effects: number) =>
        until(
          `${effects} steps have had their effect`,
          async () => {
            const [steps, accounts] = [await rows(world, 'steps'), await rows(world, 'accounts')];
            const counted = accounts.reduce((sum, { count }) => sum + Number(count), 0);
            return { effects: steps.length + counted, said: world.lines.slice(-3) };
          },
          (seen) => seen.effects >= effects,
          PATIENCE_MS,
        );
      const sending = sendEverything(world);
      for (let turn = 1; turn <= ENDS; turn += 1) {
        // Before the last effects, so that there is work left at each end.
        await reach(Math.floor((2 * MESSAGES * turn) / (ENDS + 1)));
        await (turn % 3 === 0 ? host.kill() : host.terminate());
      }
      expect(await sending).toEqual([]);
      await reach(2 * MESSAGES);
      const struck: Record<string, number> = {};
      for (const { kind, struck: times } of world.local.faults.list()) struck[kind] = (struck[kind] ?? 0) + times;
      world.local.faults.clear();
      // What was done but not deleted comes once more, changes nothing, and is gone.
      await until(
        'both queues are empty',
        async () => (await depth(world, 'plain')) + (await depth(world, 'ordered')),
        (left) => left === 0,
      );
      const steps = await rows(world, 'steps');
      expect(steps).toHaveLength(MESSAGES);
      expect(steps.filter(({ count }) => count !== 1)).toEqual([]);
      const accounts = await rows(world, 'accounts');
      const each = MESSAGES / ACCOUNTS;
      expect(
        accounts.toSorted((a, b) => String(a.account).localeCompare(String(b.account), 'en', { numeric: true })),
      ).toEqual(
        Array.from({ length: ACCOUNTS }, (__, n) => ({ account: `a-${n}`, last: each - 1, count: each, disorders: 0 })),
      );
      expect(await depth(world, 'plainDeadLetter')).toBe(0);
      expect(await depth(world, 'orderedDeadLetter')).toBe(0);
      expect(Object.values(struck).filter((times) => times > 0)).toHaveLength(6);
      if (process.env.TWELVEFOLD_VERIFY) {
        const counts = { host: name, messages: 2 * MESSAGES, seconds: Math.round((performance.now() - begun) / 1_000) };
        console.info(JSON.stringify({ ...counts, struck, ends: ENDS, lost: 0, doubled: 0, disorders: 0 }));
      }
    },
  );
});
