import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Aws, Item } from '@twelvefold/aws';
import { createAws } from '@twelvefold/aws';
import type { LaunchedStack, LocalAws, ProvisionedStack } from '@twelvefold/local';
import { launchStack, startLocalAws } from '@twelvefold/local';
import { provisionStage } from '../../examples/orders/local/provision-stage.ts';
import type { AppLog } from '../../examples/orders/tour/app-log.ts';
import { createAppLog } from '../../examples/orders/tour/app-log.ts';

/** The two ways to run the app. */
export type HostKind = 'service' | 'functions';

export const HOSTS: readonly HostKind[] = ['service', 'functions'];

const BUNDLES = fileURLToPath(new URL('../../examples/orders/dist/', import.meta.url));
const REGION = 'eu-west-1';
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Path of another Runtime API client than our own for the functions, e.g. AWS's `aws-lambda-ric`. */
const RUNTIME_CLIENT = process.env.TWELVEFOLD_RUNTIME_CLIENT;

/** The orders example, running on one host, on an AWS endpoint of its own. */
export interface OrdersApp extends AsyncDisposable {
  readonly host: HostKind;
  readonly endpoint: LocalAws;
  readonly stack: ProvisionedStack;
  readonly launched: LaunchedStack;
  readonly url: string;
  readonly log: AppLog;
  /** The test's own access to the backing services; names no component. */
  readonly aws: Aws;
  /** The physical id of a resource of the template, by its physical name's end: `-orders`, `-notifications-dead-letter`. */
  physicalId(type: string, nameEnd: string): string;
  rows(): Promise<Item[]>;
  /** Starts the processes again after they were stopped or killed. */
  restart(): Promise<void>;
}

export interface StartOptions {
  host: HostKind;
  /** Runs before the app's processes start. */
  prepare?: (endpoint: LocalAws) => void;
  env?: Readonly<Record<string, string>>;
}

/** Starts endpoint, resources and processes. The bundles must have been built: `npm run build`. */
export async function startOrdersApp({ host, prepare, env = {} }: StartOptions): Promise<OrdersApp> {
  if (!existsSync(`${BUNDLES}ecs.js`)) throw new Error('Cannot start the orders app: run npm run build first');
  const endpoint = await startLocalAws();
  const log = createAppLog();
  const access = {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  };
  const { stack } = await provisionStage({ env: access, endpoint: endpoint.url, stage: 'test' });
  prepare?.(endpoint);
  const aws = createAws({ env: access, endpoint: endpoint.url, credentials: CREDENTIALS });

  const launch = async () => {
    const launched = await launchStack(stack, {
      bundleDirectory: BUNDLES,
      endpoint: endpoint.url,
      region: REGION,
      credentials: CREDENTIALS,
      functions: host === 'functions',
      task: host === 'service',
      taskPort: 0,
      env,
      ...(RUNTIME_CLIENT ? { runtimeCommand: [RUNTIME_CLIENT] } : {}),
      onOutput: log.add,
    });
    await launched.task?.waitUntilReady('/health/ready');
    return launched;
  };
  const physicalId = (type: string, nameEnd: string) => {
    const found = stack.resources.find((resource) => resource.type === type && resource.physicalId.endsWith(nameEnd));
    if (!found) throw new Error(`The template has no ${type} that ends in ${nameEnd}`);
    return found.physicalId;
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
    aws,
    get launched() {
      return launched;
    },
    get url() {
      return urlOf(launched);
    },
    physicalId,
    rows: async () => {
      const table = physicalId('AWS::DynamoDB::Table', '-orders');
      const { Items = [] } = await aws.call(
        'dynamodb',
        'Scan',
        { TableName: table, ConsistentRead: true },
        { access: 'read' },
      );
      return Items;
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
