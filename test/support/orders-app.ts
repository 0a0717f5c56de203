import { fileURLToPath } from 'node:url';
import { dynamodb } from '@twelvefold/aws';
import type { Item } from '@twelvefold/aws/internal';
import { provisionStage } from '../../examples/orders/local/provision-stage.ts';
import type { RunningApp, StartAppOptions } from './start-app.ts';
import { startApp } from './start-app.ts';

const BUNDLES = fileURLToPath(new URL('../../examples/orders/dist/', import.meta.url));

/** The orders example, running on one host, on a separate AWS endpoint. */
export interface OrdersApp extends RunningApp {
  rows(): Promise<Item[]>;
}

/** Starts endpoint, resources and processes. The bundles must have been built: `npm run build`. */
export async function startOrdersApp(options: Pick<StartAppOptions, 'host' | 'prepare' | 'env'>): Promise<OrdersApp> {
  const app = await startApp({
    ...options,
    bundles: BUNDLES,
    provision: async (env, endpoint) => (await provisionStage({ env, endpoint, stage: 'test' })).stack,
  });
  const rows = async () => {
    const table = app.physicalId('AWS::DynamoDB::Table', '-orders');
    const input = { TableName: table, ConsistentRead: true };
    const { Items = [] } = await app.aws.call(dynamodb, 'Scan', input, { access: 'read' });
    return Items;
  };
  // Not a copy: what the launched processes are changes with a restart.
  return Object.assign(Object.create(app) as RunningApp, { rows });
}
