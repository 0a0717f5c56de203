import { existsSync } from 'node:fs';
import type { Aws } from '@twelvefold/aws';
import { createAws } from '@twelvefold/aws';
import type { LaunchedStack, LocalAws, ProvisionedStack } from '@twelvefold/local';
import { launchStack, startLocalAws } from '@twelvefold/local';
import type { AppLog } from '../../examples/orders/tour/app-log.ts';
import { createAppLog } from '../../examples/orders/tour/app-log.ts';

/** The ways to run an app: a long-running process, Lambda functions, Lambda functions on managed instances. */
export type HostKind = 'service' | 'functions' | 'workers';

export const HOSTS: readonly HostKind[] = ['service', 'functions', 'workers'];

const REGION = 'eu-west-1';
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Path of another Runtime API client than our own for the functions, e.g. AWS's `aws-lambda-ric`. */
const RUNTIME_CLIENT = process.env.TWELVEFOLD_RUNTIME_CLIENT;

/** An app, running on one host, on an AWS endpoint of its own. */
export interface RunningApp extends AsyncDisposable {
  readonly host: HostKind;
  readonly endpoint: LocalAws;
  readonly stack: ProvisionedStack;
  readonly launched: LaunchedStack;
  readonly url: string;
  readonly log: AppLog;
  /** Every line that the processes wrote, as it was written. */
  lines(): readonly string[];
  /** The test's own access to the backing services; names no component. */
  readonly aws: Aws;
  /** The physical id of a resource of the template, by its physical name's end: `-orders`, `-notifications-dead-letter`. */
  physicalId(type: string, nameEnd: string): string;
  /** Starts the processes again after they were stopped or killed. */
  restart(): Promise<void>;
}

export interface StartAppOptions {
  host: HostKind;
  /** Folder of the bundles: `ecs.js`, `lambda/*.js`. */
  bundles: string;
  /** Provisions the app's resources and config. */
  provision(env: Readonly<Record<string, string>>, endpoint: string): Promise<ProvisionedStack>;
  /** Runs before the app's processes start. */
  prepare?: ((endpoint: LocalAws) => void) | undefined;
  env?: Readonly<Record<string, string>> | undefined;
}

/** Starts endpoint, resources and processes. */
export async function startApp({ host, bundles, provision, prepare, env = {} }: StartAppOptions): Promise<RunningApp> {
  if (!existsSync(`${bundles}/ecs.js`))
    throw new Error('Cannot start the app: its bundles are missing; run npm run build');
  const endpoint = await startLocalAws();
  const log = createAppLog();
  const lines: string[] = [];
  const access = {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  };
  const stack = await provision(access, endpoint.url);
  prepare?.(endpoint);
  const aws = createAws({ env: access, endpoint: endpoint.url, credentials: CREDENTIALS });

  const launch = async () => {
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
      ...(RUNTIME_CLIENT ? { runtimeCommand: [RUNTIME_CLIENT] } : {}),
      onOutput: (line) => {
        lines.push(line.line);
        log.add(line);
      },
    });
    await launched.task?.waitUntilReady('/health/ready');
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
    restart: async () => {
      launched = await launch();
    },
    [Symbol.asyncDispose]: async () => {
      await launched.stop();
      await endpoint.close();
    },
  };
}
