import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LaunchedStack, LocalAws } from '@twelvefold/local';
import { findServer, launchStack, startLocalAws, startPostgres, startRedis } from '@twelvefold/local';
import { provisionStage } from '../local/provision-stage.ts';
import type { AppLog } from './app-log.ts';
import { createAppLog } from './app-log.ts';
import { driveOrder } from './drive-order.ts';
import { orderPath } from './order-path.ts';
import { printShutdown } from './print-shutdown.ts';
import type { Printer } from './printer.ts';
import { createPrinter } from './printer.ts';

const BUNDLES = fileURLToPath(new URL('../dist/', import.meta.url));
const REGION = 'eu-west-1';
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

export interface TourOptions {
  once: boolean;
  /** Of the AWS endpoint; 0 picks a free one. */
  port: number;
}

/** One of the two ways to run the app. */
interface Running {
  readonly title: string;
  readonly stage: string;
  readonly url: string;
  readonly stack: LaunchedStack;
}

/**
 * Shows the whole thing once, then keeps serving unless told otherwise. Resolves with the exit
 * code.
 */
export async function tour({ once: onlyOnce, port }: TourOptions): Promise<number> {
  const out = createPrinter(process.stdout, Boolean(process.env.NO_COLOR));
  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort(new Error('Interrupted'));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);

  const log = createAppLog();
  const running: Running[] = [];
  const servers: AsyncDisposable[] = [];
  let aws: LocalAws | undefined;
  let code = 0;
  try {
    out.heading('Twelvefold: one orders app, twice');
    const begun = performance.now();
    aws = await startLocalAws({ port });
    out.done(`local AWS on ${aws.url}`, begun);
    servers.push(...(await startServers(out)));
    // One after the other: the two hosts have a stage each, so that neither works off the other's
    // queue.
    running.push(await startService(aws, log, out));
    running.push(await startFunctions(aws, log, out));
    for (const one of running) await showOrder(one, aws, log, out, interrupt.signal);
    if (!onlyOnce) {
      sayHow(running, aws, out);
      if (!interrupt.signal.aborted) await once(interrupt.signal, 'abort');
    }
  } catch (error) {
    if (!interrupt.signal.aborted) {
      code = 1;
      out.error(`\nfailed: ${error instanceof Error ? error.message : String(error)}`);
      for (const line of log.tail(20)) out.line(`  ${line}`);
    }
  }
  if (running.length > 0 && !onlyOnce) out.heading('Stopping');
  await Promise.all(running.map(({ stack }) => stack.stop()));
  if (!onlyOnce) printShutdown(log, out);
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  await aws?.close();
  process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  return code;
}

/**
 * Starts the PostgreSQL and the Redis of this machine, where it has them: what `sql` and `cache`
 * are bound to.
 */
async function startServers(out: Printer): Promise<AsyncDisposable[]> {
  const started: AsyncDisposable[] = [];
  for (const name of ['postgresql', 'redis'] as const) {
    if (findServer(name) === undefined) {
      out.line(`  ${name} is not installed, so it is left out`);
      continue;
    }
    const begun = performance.now();
    const server = name === 'redis' ? await startRedis() : await startPostgres();
    started.push(server);
    out.done(`${name} on ${server.url}`, begun);
  }
  return started;
}

async function startService(aws: LocalAws, log: AppLog, out: Printer): Promise<Running> {
  const stage = 'service';
  const stack = await startStack(aws, log, out, stage, 'task');
  if (!stack.task?.url) throw new Error('The template has no task definition with a port');
  const begun = performance.now();
  await stack.task.waitUntilReady('/health/ready');
  out.done(`service (ECS host) on ${stack.task.url}`, begun);
  return { title: 'The service', stage, url: stack.task.url, stack };
}

async function startFunctions(aws: LocalAws, log: AppLog, out: Printer): Promise<Running> {
  const stage = 'functions';
  const begun = performance.now();
  const stack = await startStack(aws, log, out, stage, 'functions');
  if (!stack.http) throw new Error('The template has no HTTP API');
  out.done(`${Object.keys(stack.functions).length} Lambda functions behind ${stack.http.url}`, begun);
  return { title: 'The functions', stage, url: stack.http.url, stack };
}

async function startStack(aws: LocalAws, log: AppLog, out: Printer, stage: string, what: 'task' | 'functions') {
  const begun = performance.now();
  const env = {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  };
  const { stack } = await provisionStage({ env, endpoint: aws.url, stage });
  const count = stack.resources.filter(({ created }) => created).length;
  out.done(`${count} resources of infra/templates/orders.template.json at stage '${stage}'`, begun);
  return launchStack(stack, {
    bundleDirectory: BUNDLES,
    endpoint: aws.url,
    region: REGION,
    credentials: CREDENTIALS,
    functions: what === 'functions',
    task: what === 'task',
    taskPort: 0,
    onOutput: log.add,
  });
}

async function showOrder(
  { title, url }: Running,
  aws: LocalAws,
  log: AppLog,
  out: Printer,
  signal: AbortSignal,
): Promise<void> {
  const correlationId = `tour-${randomBytes(4).toString('hex')}`;
  const order = await driveOrder(url, correlationId, signal);
  // The last log lines may still be on their way through the pipe.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const path = orderPath(order, log.of(correlationId), aws.calls());
  out.heading(`${title}: order ${order.orderId}, correlation id ${correlationId}`);
  for (const { atMs, where, what } of path) out.hop(atMs, where, what);
}

function sayHow(running: readonly Running[], aws: LocalAws, out: Printer): void {
  out.heading('Try it');
  out.line(`  U=${running[0]?.url}      # the service; the functions are on ${running[1]?.url}`);
  out.line(`  curl -ic jar $U/sessions -d '{"userId":"ada"}'`);
  out.line('  T=...      # the x-csrf-token of that answer');
  out.line(
    `  curl -b jar -H 'sec-fetch-site: same-origin' -H "x-csrf-token: $T" $U/orders -d '{"sku":"keyboard","quantity":2,"unitPriceCents":4999}'`,
  );
  out.line('  curl -b jar $U/orders/ORDER_ID');
  out.line(`  curl $U/health/ready`);
  out.line(
    `  any AWS SDK or CLI: AWS_ENDPOINT_URL=${aws.url} AWS_REGION=${REGION} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local`,
  );
  out.line('\n  Ctrl-C drains and stops.');
}
