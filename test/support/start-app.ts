import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Aws } from '@twelvefold/aws';
import { createAws } from '@twelvefold/aws';
import type { LaunchedStack, LocalAws, ProvisionedStack } from '@twelvefold/local';
import { launchStack, startLocalAws } from '@twelvefold/local';
import type { AppLog } from '../../examples/orders/tour/app-log.ts';
import { createAppLog } from '../../examples/orders/tour/app-log.ts';
import { createPassage } from './create-passage.ts';

/**
 * The ways to run an app: a long-running process, Lambda functions, Lambda functions on managed
 * instances.
 */
export type HostKind = 'service' | 'functions' | 'workers';

export const HOSTS: readonly HostKind[] = ['service', 'functions', 'workers'];

const REGION = 'eu-west-1';
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/**
 * Path of another Runtime API client than our own for the functions, e.g. AWS's `aws-lambda-ric`.
 */
const RUNTIME_CLIENT = process.env.TWELVEFOLD_RUNTIME_CLIENT;

/** An app, running on one host, on a separate AWS endpoint. */
export interface RunningApp extends AsyncDisposable {
  readonly host: HostKind;
  readonly endpoint: LocalAws;
  readonly stack: ProvisionedStack;
  readonly launched: LaunchedStack;
  /** Folder of the bundles. */
  readonly bundles: string;
  readonly url: string;
  readonly log: AppLog;
  /** Every line that the processes wrote, as it was written. */
  lines(): readonly string[];
  /** The test's own access to the backing services; names no component. */
  readonly aws: Aws;
  /**
   * The physical id of a resource of the template, by its physical name's end: `-orders`,
   * `-notifications-dead-letter`.
   */
  physicalId(type: string, nameEnd: string): string;
  /**
   * Lets time pass for the processes and the endpoint, without any passing. Only when it was
   * started `apart`.
   */
  passes(ms: number): void;
  /** Breaks every connection of the processes to the endpoint. Only when it was started `apart`. */
  cut(): void;
  /**
   * Starts the processes again after they were stopped or killed; with `unready`, without waiting
   * until they are ready.
   */
  restart(options?: { readonly unready?: boolean }): Promise<void>;
}

export interface StartAppOptions {
  host: HostKind;
  /** Folder of the bundles: `ecs.js`, `lambda/*.js`. */
  bundles: string;
  /** Provisions the app's resources and config. */
  provision(env: Readonly<Record<string, string>>, endpoint: string): Promise<ProvisionedStack>;
  /** Runs before the app's processes start. */
  prepare?: ((endpoint: LocalAws) => void | Promise<void>) | undefined;
  env?: Readonly<Record<string, string>> | undefined;
  /**
   * Gives the processes a clock that can be moved, and connections that can be broken.
   * @defaultValue false
   */
  apart?: boolean | undefined;
}

const SHIFTED_CLOCK = new URL('./shifted-clock.ts', import.meta.url).href;

/** Starts endpoint, resources and processes. */
export async function startApp(options: StartAppOptions): Promise<RunningApp> {
  const { host, bundles, provision, prepare } = options;
  if (!existsSync(`${bundles}/ecs.js`))
    throw new Error('Cannot start the app: its bundles are missing; run npm run build');
  const endpoint = await startLocalAws({ enforce: true });
  const log = createAppLog();
  const lines: string[] = [];
  const access = {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  };
  const stack = await provision(access, endpoint.url);
  await prepare?.(endpoint);
  const aws = createAws({ env: access, endpoint: endpoint.url, credentials: CREDENTIALS });

  const passage = options.apart ? await createPassage(endpoint.url) : undefined;
  const folder = options.apart ? mkdtempSync(join(tmpdir(), 'twelvefold-clock-')) : undefined;
  const clockFile = folder && join(folder, 'ahead');
  let aheadMs = 0;
  const shift = (ms: number) => {
    if (!clockFile) throw new Error('The app was not started apart: its clock cannot be moved');
    aheadMs += ms;
    writeFileSync(clockFile, String(aheadMs).padStart(16, '0'));
  };
  if (clockFile) shift(0);
  const env = {
    ...options.env,
    ...(passage ? { AWS_ENDPOINT_URL: passage.url } : {}),
    ...(clockFile ? { SHIFTED_CLOCK: clockFile, NODE_OPTIONS: `--import=${SHIFTED_CLOCK}` } : {}),
  };

  const launch = async ({ unready = false } = {}) => {
    const launched = await launchStack(stack, {
      bundleDirectory: bundles,
      endpoint: endpoint.url,
      region: REGION,
      credentials: CREDENTIALS,
      functions: host !== 'service',
      ...(host === 'workers' ? { managed: { workers: 2, concurrency: 16 } } : {}),
      task: host === 'service',
      taskPort: 0,
      env,
      now: () => Date.now() + aheadMs,
      ...(RUNTIME_CLIENT ? { runtimeCommand: [RUNTIME_CLIENT] } : {}),
      onOutput: (line) => {
        lines.push(line.line);
        log.add(line);
      },
    });
    if (!unready) await launched.task?.waitUntilReady('/health/ready');
    return launched;
  };

  let launched: LaunchedStack;
  try {
    launched = await launch();
  } catch (error) {
    await endpoint.close();
    throw error;
  }
  const urlOf = ({ task, http }: LaunchedStack) => {
    const url = host === 'service' ? task?.url : http?.url;
    if (!url) throw new Error(`The ${host} has no URL`);
    return url;
  };
  return {
    host,
    endpoint,
    stack,
    bundles,
    log,
    lines: () => lines,
    aws,
    get launched() {
      return launched;
    },
    get url() {
      return urlOf(launched);
    },
    physicalId: (type, nameEnd) => {
      const found = stack.resources.find((resource) => resource.type === type && resource.physicalId.endsWith(nameEnd));
      if (!found) throw new Error(`The template has no ${type} that ends in ${nameEnd}`);
      return found.physicalId;
    },
    passes: (ms) => {
      shift(ms);
      endpoint.clock.advance(ms);
    },
    cut: () => {
      if (!passage) throw new Error('The app was not started apart: its connections cannot be broken');
      passage.cut();
    },
    restart: async (again) => {
      launched = await launch(again);
    },
    [Symbol.asyncDispose]: async () => {
      await launched.stop();
      await passage?.[Symbol.asyncDispose]();
      await endpoint.close();
      if (folder) rmSync(folder, { recursive: true, force: true });
    },
  };
}
