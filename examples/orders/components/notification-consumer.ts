import { app } from '../app.ts';

/** Tells the customer, and notes that it did. Repeating it changes nothing but the time. */
export const notificationConsumer = app.consumer(
  'notifications',
  { uses: { table: ['update'] } },
  async (event, { backing, signal, logger }) => {
    await backing.table.update(
      event.orderId,
      { set: { status: 'notified', notifiedAt: new Date().toISOString() } },
      { condition: { exists: true }, signal },
    );
    logger.info('customer notified', { order_id: event.orderId });
  },
);
