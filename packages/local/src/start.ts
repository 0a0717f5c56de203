import { stderr } from 'node:process';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { createBackground } from './core/background.ts';
import type { CallFilter, RecordedCall } from './core/call-log.ts';
import { createCallLog } from './core/call-log.ts';
import type { ControlledClock } from './core/clock.ts';
import { createClock } from './core/clock.ts';
import type { ContainerRegistry } from './core/container-registry.ts';
import { createContainerRegistry } from './core/container-registry.ts';
import { answerControl } from './core/control-plane.ts';
import type { Endpoint } from './core/dispatch.ts';
import { dispatch } from './core/dispatch.ts';
import type { Faults } from './core/faults.ts';
import { createFaults } from './core/faults.ts';
import type { FunctionRegistry } from './core/function-registry.ts';
import { announceEndpoint, createFunctionRegistry } from './core/function-registry.ts';
import type { Answer, HttpRequest } from './core/http.ts';
import type { ItemImages } from './core/item-images.ts';
import type { MessageMemory } from './core/message-memory.ts';
import { startServer } from './core/server.ts';
import type { ResumeContext } from './core/service.ts';
import type { Snapshot } from './core/snapshot.ts';
import { World } from './core/stores.ts';
import { refuseForeign } from './core/web-guard.ts';
import { registry } from './services/registry.ts';
import type { QueuedMessage } from './services/sqs/peek.ts';

export interface LocalAwsOptions {
  /** @defaultValue 0, a free port */
  readonly port?: number;
  /** @defaultValue `127.0.0.1`: only this machine */
  readonly host?: string;
  /**
   * Twelve digits. A caller whose access key id is twelve digits is in that account instead.
   *
   * @defaultValue `123456789012`
   */
  readonly account?: string;
  /** @defaultValue a clock that follows the machine's */
  readonly clock?: ControlledClock;
  /** Numbers in [0, 1) for the faults' probabilities. @defaultValue Math.random */
  readonly random?: () => number;
  /**
   * A folder that state is loaded from at the start and saved to when the endpoint closes.
   *
   * @defaultValue none: state is lost
   */
  readonly snapshot?: string;
  /**
   * Whether IAM policies are enforced: of the roles that callers assume and of the resources. Calls
   * with any other key are those of the account's root and stay unrestricted.
   *
   * @defaultValue false
   */
  readonly enforce?: boolean;
  /**
   * Host names that requests may name besides loopback names and IP addresses, e.g. a container's.
   *
   * @defaultValue none
   */
  readonly hosts?: readonly string[];
  /**
   * Values of Systems Manager's public parameters by name, e.g. an image id under
   * `/aws/service/ami-amazon-linux-latest/...`. @defaultValue none: a template that reads one fails
   */
  readonly publicParameters?: Readonly<Record<string, string>>;
  /**
   * Gets a line for each failure that no caller sees, e.g. of a delivery.
   *
   * @defaultValue writes it to stderr
   */
  readonly log?: (line: string) => void;
}

/** A running endpoint. */
export interface LocalAws extends AsyncDisposable {
  /** For `AWS_ENDPOINT_URL`, e.g. `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly port: number;
  /** Advance it to make visibility timeouts, delays and TTLs fall due. */
  readonly clock: ControlledClock;
  readonly faults: Faults;
  /**
   * Functions that topics deliver to and secrets are rotated by, under their ARNs. A reset leaves
   * them.
   */
  readonly functions: Pick<FunctionRegistry, 'register'>;
  /** Task definitions that ECS runs as processes. A reset leaves them. */
  readonly containers: Pick<ContainerRegistry, 'register'>;
  /** The newest 100,000 calls, oldest first; all that match `filter`. */
  calls(filter?: CallFilter): readonly RecordedCall[];
  clearCalls(): void;
  /**
   * Reads the oldest messages of a queue without receiving them: no receive count and no timeout
   * changes. Undefined when there is no such queue.
   */
  peek(queueName: string, options: PeekOptions): Promise<readonly QueuedMessage[] | undefined>;
  /**
   * Saves all state to the folder of the option `snapshot` now, in one step: a reader finds the
   * whole of it or the last one.
   *
   * @throws Error without that option
   */
  saveSnapshot(): Promise<void>;
  /** The services that run. */
  health(): Health;
  /**
   * Empties every service in every account and region, the call log and the faults, and ends long
   * polls. The clock stays. With a service's signing name only that service is emptied.
   *
   * @throws TypeError for a service that is not here
   */
  reset(service?: string): void;
  /** Ends long polls, closes every connection and saves the snapshot, if it has a folder. */
  close(): Promise<void>;
}

export interface PeekOptions {
  readonly region: string;
  /** @defaultValue 100 */
  readonly limit?: number;
  /** @defaultValue the endpoint's */
  readonly account?: string;
}

export interface Health {
  readonly status: 'ok';
  /** By their signing names. */
  readonly services: readonly string[];
  readonly account: string;
  /** Whether IAM policies are enforced. */
  readonly enforce: boolean;
  readonly nowMs: number;
}

const OPTIONS: ReadonlyArray<keyof LocalAwsOptions> = [
  'port',
  'host',
  'account',
  'clock',
  'random',
  'snapshot',
  'enforce',
  'hosts',
  'publicParameters',
  'log',
];

const writeToStderr = (line: string) => void stderr.write(`${line}\n`);

/** Puts a snapshot's state in place and sets its timers going. */
async function restore(
  {
    world,
    background,
    clock,
    functions,
    authorizer,
  }: Pick<Endpoint, 'world' | 'background' | 'clock' | 'functions' | 'authorizer'>,
  { nowMs, services }: Snapshot,
): Promise<void> {
  if (nowMs > clock.now()) clock.advance(nowMs - clock.now());
  world.load(services);
  for (const { service, account, region } of services) {
    const context: ResumeContext = {
      account,
      region,
      clock: background.clockFor(service),
      background: (work) => background.run(service, work),
      stores: world.stores(account, region),
      functions,
      permits: (call) => authorizer?.permits(call) ?? true,
    };
    for (const entry of registry) if (entry.name === service) (await entry.load()).resume?.(context);
  }
}

/** @throws TypeError naming each parameter that is not a string under `/aws/service/` */
function checkPublicParameters(parameters: Readonly<Record<string, unknown>>): void {
  const wrong = Object.entries(parameters).filter(
    ([name, value]) => !/^\/aws\/service\/[A-Za-z0-9_./-]+$/.test(name) || typeof value !== 'string' || value === '',
  );
  if (wrong.length === 0) return;
  throw new TypeError(
    `Cannot start the local AWS: "publicParameters" must map names under /aws/service/ to texts; wrong: ${wrong.map(([name]) => name).join(', ')}`,
  );
}

/** Answers for a document that a service serves at its own path. */
async function answerPage({ method, path }: HttpRequest): Promise<Answer | undefined> {
  const entry = method === 'GET' ? registry.find(({ pages }) => pages?.test(path)) : undefined;
  return (await entry?.load())?.page?.(path);
}

/**
 * Starts an AWS endpoint in this process, on one loopback port, for any SDK.
 *
 * @throws TypeError for an unknown option or an account that is not twelve digits; Error when the
 *   port is taken.
 * @example
 * ```ts
 * import { STSClient } from '@aws-sdk/client-sts';
 *
 * await using aws = await startLocalAws();
 * const sts = new STSClient({
 *   endpoint: aws.url,
 *   region: 'eu-west-1',
 *   credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
 * });
 * ```
 */
export function startLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  return startEndpoint(options);
}

/** Memories of an endpoint's calls, for the console. */
export interface Memories {
  /** The rows that calls write. */
  readonly images?: ItemImages | undefined;
  /** The messages that calls receive. */
  readonly messages?: MessageMemory | undefined;
}

/** {@link startLocalAws}, which also keeps what `memories` are for. */
export async function startEndpoint(options: LocalAwsOptions, { images, messages }: Memories = {}): Promise<LocalAws> {
  assertKnownOptions('start the local AWS', options, OPTIONS);
  const {
    port = 0,
    host = '127.0.0.1',
    account = '123456789012',
    clock = createClock(),
    random = Math.random,
    snapshot: folder,
    enforce = false,
    hosts = [],
    publicParameters = {},
    log = writeToStderr,
  } = options;
  if (!/^\d{12}$/.test(account)) throw new TypeError('Cannot start the local AWS: "account" must be twelve digits');
  checkPublicParameters(publicParameters);
  const calls = createCallLog();
  const background = createBackground({ clock, calls, log });
  const world = new World(background);
  // Loaded only where it is used: node:v8 and node:fs cost as much as the rest of the start.
  const disk = folder === undefined ? undefined : await import('./core/snapshot.ts');
  const functions = createFunctionRegistry();
  const containers = createContainerRegistry();
  // Loaded only where it is used: it brings the stores of most services.
  const authorizer = enforce
    ? (await import('./iam/authorizer.ts')).createAuthorizer({ world, clock, calls })
    : undefined;
  const snapshot = folder === undefined ? undefined : await disk?.readSnapshot(folder);
  if (snapshot !== undefined) await restore({ world, background, clock, functions, authorizer }, snapshot);
  const services = [...new Set(registry.map(({ name }) => name))];
  const faults = createFaults(random, services);
  const endpoint = {
    registry,
    world,
    background,
    clock,
    calls,
    faults,
    functions,
    containers,
    publicParameters,
    account,
    authorizer,
    images,
    messages,
  };
  const reset = (service?: string) => {
    if (service !== undefined && !services.includes(service)) {
      throw new TypeError(`Cannot reset ${service}: choose one of ${services.join(', ')}`);
    }
    world.reset(service);
    server.abortAll();
    if (service !== undefined) return;
    faults.clear();
    calls.clear();
    images?.clear();
    messages?.clear();
  };
  const health = (): Health => ({ status: 'ok', services, account, enforce, nowMs: clock.now() });
  // One after the other: two at once would delete each other's files.
  let saved: Promise<void> = Promise.resolve();
  let ended = false;
  const saveSnapshot = () => {
    const save = async () => {
      if (folder === undefined || disk === undefined) {
        throw new Error('Cannot save a snapshot: start the local AWS with the option "snapshot", a folder');
      }
      if (ended) throw new Error('Cannot save a snapshot: the endpoint is closed, and saved it then');
      await disk.writeSnapshot(folder, { nowMs: clock.now(), services: world.save() });
    };
    const next = saved.then(save, save);
    saved = next.catch(() => {});
    return next;
  };
  const control = { clock, calls, faults, health, reset, saveSnapshot };
  const server = await startServer({ host, port, log, now: () => clock.now() }, async (request, from) => {
    const refused = refuseForeign(request, [host, ...hosts]);
    if (refused !== undefined) return refused;
    return answerControl(control, request) ?? (await answerPage(request)) ?? dispatch(endpoint, request, from);
  });
  const withdraw = announceEndpoint(server.port, functions);
  let closed: Promise<void> | undefined;
  const close = () => {
    withdraw();
    closed ??= server
      .close()
      .then(() => (folder === undefined ? undefined : saveSnapshot()))
      .finally(() => {
        // What is still on its way (retries to a URL, a move task) must not go on from here: it may
        // have another endpoint now.
        ended = true;
        world.reset();
      });
    return closed;
  };
  const named = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${named}:${server.port}`,
    port: server.port,
    clock,
    faults,
    calls: (filter) => calls.list(filter),
    clearCalls: () => calls.clear(),
    peek: async (name, { region, limit = 100, account: owner = account }) => {
      const { peekQueue } = await import('./services/sqs/peek.ts');
      return peekQueue(world, { account: owner, region, name }, { nowMs: clock.now(), limit });
    },
    functions,
    containers,
    saveSnapshot,
    health,
    reset,
    close,
    [Symbol.asyncDispose]: close,
  };
}
