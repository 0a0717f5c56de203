/**
 * A process that throws events at the probe's real Lambda handlers, in itself, several at a time.
 * Its log lines are read by the test that started it; what it finds goes there over IPC.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lambda } from 'twelvefold/lambda';
import { http } from '../parity/probe/components/http.ts';
import { jobs } from '../parity/probe/components/jobs.ts';
import { mirror } from '../parity/probe/components/mirror.ts';
import { sum } from '../parity/probe/components/sum.ts';
import { eventArbitraries } from './events.ts';
import { assertBatchResult, assertHttpResult, assertRefusal } from './well-formed.ts';

const [, , runsText = '0', seedText = '0', secret = ''] = process.argv;
const runs = Number(runsText);

const handlers = {
  http: await lambda(http),
  jobs: await lambda(jobs),
  mirror: await lambda(mirror),
  sum: await lambda(sum),
};
let request = 0;
const context = () => ({
  awsRequestId: `fuzz-${request++}`,
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:probe',
  functionName: 'probe',
  functionVersion: '$LATEST',
  memoryLimitInMB: '256',
  getRemainingTimeInMillis: () => 60_000,
});

const events = eventArbitraries([
  secret,
  `a ${secret} in a text`,
  '/echo',
  '/throw',
  '/config',
  '/log',
  '/cookies',
  '/teapot',
  '/nothing',
  '/broken-stream',
  `/missing/${secret}`,
  '__proto__',
  '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1',
]);

const options = {
  numRuns: Math.ceil(runs / 4 / 3),
  seed: Number(seedText),
  endOnFailure: true,
  interruptAfterTimeLimit: 3_000_000,
};
const several = <T>(event: fc.Arbitrary<T>) => fc.array(event, { minLength: 3, maxLength: 3 });
let thrown = 0;

/**
 * Together, as on a managed instance: a handler whose invocations disturb one another fails here.
 */
async function together<T>(batch: readonly T[], check: (event: T) => Promise<void>): Promise<void> {
  thrown += batch.length;
  await Promise.all(batch.map(check));
}

await fc.assert(
  fc.asyncProperty(several(events.http), (batch) =>
    together(batch, async (event) => assertHttpResult(event, await handlers.http(event, context()))),
  ),
  options,
);
await fc.assert(
  fc.asyncProperty(several(events.sqs), (batch) =>
    together(batch, async (event) => assertBatchResult(event, await handlers.jobs(event, context()))),
  ),
  options,
);
await fc.assert(
  fc.asyncProperty(several(events.sns), (batch) =>
    together(batch, async (event) => {
      try {
        assert.equal(await handlers.mirror(event, context()), undefined);
      } catch (error) {
        assertRefusal('mirror', error, secret);
      }
    }),
  ),
  options,
);
await fc.assert(
  fc.asyncProperty(several(events.any), fc.constantFrom('http', 'jobs', 'sum'), (batch, name) =>
    together(batch, async (event) => {
      try {
        const result = await handlers[name](event, context());
        if (name === 'http') assertHttpResult(event, result);
        if (name === 'jobs') assertBatchResult(event, result);
      } catch (error) {
        assertRefusal(name, error, secret);
      }
    }),
  ),
  options,
);
process.send?.({ thrown });
process.disconnect?.();
