import {
  defineApp,
  defineConfig,
  env,
  idempotencyStore,
  parameterStore,
  queue,
  secret,
  secretsManager,
  sessionStore,
  table,
  taskRuns,
  topic,
} from 'twelvefold';
import * as z from 'zod/mini';
import { Order, OrderEvent, OrderRow, SessionData } from './messages.ts';

export const config = defineConfig({
  schema: z.object({
    pricing: z.object({ taxRate: z.coerce.number().check(z.gte(0), z.lte(1)) }),
    payments: z.object({ apiKey: secret(z.string().check(z.minLength(20))) }),
  }),
  sources: [env(), parameterStore(), secretsManager()],
});

const events = topic('order-events', { schema: OrderEvent });

export const app = defineApp({
  name: 'orders',
  config,
  backing: {
    orders: queue('orders', { schema: Order, deadLetter: { maxReceives: 5 } }),
    events,
    notifications: queue('notifications', { schema: OrderEvent, subscribe: [events] }),
    sessions: sessionStore('sessions', { schema: SessionData, idle: '30m', absolute: '12h' }),
    table: table('orders', {
      schema: OrderRow,
      key: 'orderId',
      // A customer's orders, newest first.
      indexes: { byUser: { partition: 'userId', sort: 'placedAt', projection: ['status', 'totalCents'] } },
    }),
    idempotency: idempotencyStore('idempotency'),
    // Runs of tasks: one that its host ends goes on behind its last record.
    runs: taskRuns('task-runs'),
  },
});
