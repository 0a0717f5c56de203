import type { Aws } from '@twelvefold/aws';
import type { CacheClient, SqlClient, TableClient } from '@twelvefold/backing';
import { idempotencyStore, queue, sessionStore, table, topic } from '@twelvefold/backing';
import * as z from 'zod';

const Order = z.object({ sku: z.string(), quantity: z.number() });
const OrderRow = z.object({ orderId: z.string(), totalCents: z.number() });

export declare const aws: Aws;
export declare const url: string;
export declare const deadLetterUrl: string;
export declare function place(order: z.infer<typeof Order>, signal: AbortSignal): Promise<void>;

export const orders = queue('orders', { schema: Order });
export const events = topic('order-events', { schema: z.object({ orderId: z.string() }) });
export const sessions = sessionStore('sessions', {
  schema: z.object({ userId: z.string() }),
  idle: '30m',
  absolute: '12h',
});
export const effects = idempotencyStore('effects');
export const orderRows = table('orders', { schema: OrderRow, key: 'orderId' });
export declare const rows: TableClient<z.infer<typeof OrderRow>, string>;
export declare const database: SqlClient;
export declare const order: z.infer<typeof OrderRow>;

const Price = z.object({ cents: z.number() });
export declare const prices: CacheClient<z.infer<typeof Price>, z.infer<typeof Price>>;
export declare function fetchPrice(sku: string, signal: AbortSignal): Promise<z.infer<typeof Price>>;
