import type { Launcher, RunRecord, RunStore, scanCollection } from '@twelvefold/admin';
import { defineTask } from '@twelvefold/admin';
import type { AnyTask } from '@twelvefold/admin/internal';
import type { Aws } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/core';
import type { Scope } from '@twelvefold/lifecycle';
import type { Logger, Metrics } from '@twelvefold/logging';
import * as z from 'zod';

export type { Scope } from '@twelvefold/lifecycle';
export { lambdaHandler } from '@twelvefold/lifecycle/lambda';

interface TaskContext {
  signal: AbortSignal;
}

export declare function recalculate(since: string, dryRun: boolean, signal: AbortSignal): Promise<number>;
export declare function makeContext(scope: Scope): TaskContext;
export type Orders = ReadonlyMap<string, number>;
export declare const orders: Orders;
export declare const logger: Logger;
export declare const metrics: Metrics;
export declare const signal: AbortSignal;

export const recalculateTotals = defineTask({
  name: 'recalculate-totals',
  params: z.object({ since: z.iso.date() }),
  run: async ({ since }, ctx: TaskContext) => ({ changed: await recalculate(since, false, ctx.signal) }),
});
export const tasks = [recalculateTotals] satisfies readonly AnyTask[];
export declare const store: RunStore;
export declare const aws: Aws;
/** The id of a run. */
export declare const id: string;
export declare function listUsers(after: unknown): Promise<{ items: Array<{ id: string }>; cursor?: string }>;
export declare const run: RunRecord;
export declare const launcher: Launcher;
export declare const clock: Clock;
interface OrderRow {
  orderId: string;
}
type Pages = ReturnType<Parameters<typeof scanCollection<OrderRow>>[0]>;
export declare const filter: object;
export declare const orderTable: {
  scan(options: object): Pages;
  query(partition: string, options: object): Pages;
};
export declare function usersAfter(id: number, limit: number): Promise<Array<{ id: number }>>;
export declare function receiveSome(): Promise<Array<{ messageId: string }>>;
