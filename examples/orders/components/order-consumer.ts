import { app } from '../app.ts';
import { paymentReference } from '../domain/payment-reference.ts';
import { totalCents } from '../domain/total-cents.ts';

/**
 * Places orders: the row and the record that it was placed are one transaction, the event follows
 * it.
 */
export const orderConsumer = app.consumer(
  'orders',
  { uses: { config: ['pricing', 'payments.apiKey'], table: ['update'], idempotency: ['once'], events: ['publish'] } },
  async (order, { backing, config, correlationId, signal, logger }) => {
    const { orderId, ...rest } = order;
    const total = totalCents(order, config.pricing.taxRate);
    const place = backing.table.updateOperation(orderId, {
      set: {
        ...rest,
        status: 'placed',
        totalCents: total,
        paymentReference: paymentReference(orderId, config.payments.apiKey.reveal()),
        correlationId,
      },
      add: { placements: 1 },
    });
    const outcome = await backing.idempotency.once(orderId, [place], { signal });
    // Also when it was placed already: the process that placed it may have died before this line.
    await backing.events.publish(
      { type: 'order.placed', orderId, userId: order.userId, totalCents: total },
      { signal },
    );
    logger.info('order placed', { order_id: orderId, outcome });
  },
);
