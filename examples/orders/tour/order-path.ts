import type { RecordedCall } from '@twelvefold/local';
import type { LogLine } from './app-log.ts';
import type { DrivenOrder } from './drive-order.ts';

/** One hop of an order, `atMs` after it was sent. */
export interface Hop {
  readonly atMs: number;
  readonly where: string;
  readonly what: string;
}

/**
 * The path of one order, read from what really happened: the calls that the AWS endpoint recorded,
 * and the app's log lines with this correlation id.
 *
 * @throws Error naming the hop that left no trace.
 */
export function orderPath(order: DrivenOrder, lines: readonly LogLine[], calls: readonly RecordedCall[]): Hop[] {
  const during = calls.filter(
    ({ atMs, error }) => atMs >= order.sentAtMs && atMs <= order.notifiedAtMs && error === undefined,
  );
  const call = (component: string, operation: string, resource: string): RecordedCall => {
    const found = during.find(
      (one) =>
        one.component === component &&
        one.operation === operation &&
        one.touched.some((touch) => touch.resource.endsWith(resource)),
    );
    if (!found) throw new Error(`${component} made no ${operation} on ${resource}`);
    return found;
  };
  const logged = (component: string, message: string): LogLine => {
    const found = lines.find((line) => line.component === component && line.message === message);
    if (!found) throw new Error(`${component} logged no "${message}" with correlation id ${order.correlationId}`);
    return found;
  };

  const send = call('http', 'SendMessage', '-orders');
  const accepted = logged('http', 'order accepted');
  const place = call('orders', 'TransactWriteItems', '-orders');
  const publish = call('orders', 'Publish', '-order-events');
  const placed = logged('orders', 'order placed');
  const notify = call('notifications', 'UpdateItem', '-orders');
  const notified = logged('notifications', 'customer notified');
  const hops: Array<[number, string, string]> = [
    [order.sentAtMs, 'HTTP', 'POST /orders'],
    [send.atMs, 'queue', 'orders: the HTTP front sent the order'],
    [Math.max(accepted.atMs, send.atMs), 'HTTP', '202 accepted'],
    [place.atMs, 'table', 'orders: its consumer placed it, with the idempotency record, in one transaction'],
    [publish.atMs, 'topic', 'order-events: published'],
    [Math.max(placed.atMs, publish.atMs), 'consumer', 'orders: done, acknowledged'],
    [notify.atMs, 'table', 'orders: the consumer of the second queue set the status'],
    [Math.max(notified.atMs, notify.atMs), 'consumer', 'notifications: done, acknowledged'],
    [
      order.notifiedAtMs,
      'HTTP',
      `GET /orders/{id} says ${order.status}, ${(order.totalCents / 100).toFixed(2)} with tax`,
    ],
  ];
  return hops.map(([at, where, what]) => ({ atMs: at - order.sentAtMs, where, what }));
}
