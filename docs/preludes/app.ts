import type { AppResource } from 'twelvefold';
import { cache, defineApp, defineConfig, env, queue, sessionStore, sql, table, taskRuns, topic } from 'twelvefold';
import { configStore } from 'twelvefold/tasks';
import * as z from 'zod';

export const Order = z.object({ sku: z.string(), quantity: z.number() });
export declare const order: z.infer<typeof Order>;

export const config = defineConfig({
  schema: z.object({ pricing: z.object({ taxRate: z.coerce.number() }) }),
  sources: [env()],
});
const events = topic('order-events', { schema: Order });
export const app = defineApp({
  name: 'orders',
  config,
  backing: {
    orders: queue('orders', { schema: Order }),
    events,
    notifications: queue('notifications', { schema: Order, subscribe: [events] }),
  },
});
export const api = app.http({ uses: {} }, () => new Response());
export const orderConsumer = app.consumer(
  'orders',
  { uses: { events: ['publish'] } },
  async (message, { backing, signal }) => {
    await backing.events.publish(message, { signal });
  },
);
export const notificationConsumer = app.consumer('notifications', { uses: {} }, async () => undefined);
export const recalculateTotals = app.task(
  'recalculate-totals',
  { params: z.object({}), uses: {} },
  async () => undefined,
);
export declare const database: AppResource;

const Customer = z.object({ customerId: z.string(), country: z.string().optional() });
export const shop = defineApp({
  name: 'shop',
  config,
  backing: {
    customers: table('customers', { schema: Customer, key: 'customerId' }),
    jobs: queue('jobs', { schema: Order }),
    sessions: sessionStore('sessions', { schema: z.object({ cart: z.array(z.string()) }) }),
    prices: cache('prices', { schema: z.object({ cents: z.number() }) }),
    database: sql('database', { login: { iam: 'shop' } }),
    settings: configStore('settings', config),
    runs: taskRuns('task-runs'),
  },
});
