import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import { problem, TwelvefoldError } from 'twelvefold';
import * as z from 'zod/mini';
import { orderIdFor } from '../domain/order-id.ts';
import { Order } from '../messages.ts';
import type { ApiEnv } from './api-context.ts';
import { invalid, readBody } from './body.ts';
import { requireSession } from './sessions.ts';

const NewOrder = z.strictObject({
  sku: z.string().check(z.minLength(1), z.maxLength(64)),
  quantity: z.int().check(z.gte(1), z.lte(10_000)),
  unitPriceCents: z.int().check(z.gte(0), z.lte(100_000_000)),
});

/** Printable ASCII, as the Idempotency-Key draft's strings are. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,128}$/;

export const orders = new Hono<ApiEnv>()
  .post('/orders', requireSession, async (c) => {
    const { backing, correlationId, signal, logger } = c.env;
    const userId = c.get('userId');
    const key = c.req.header('idempotency-key');
    if (key !== undefined && !IDEMPOTENCY_KEY.test(key)) {
      return invalid([{ field: 'Idempotency-Key', reason: 'must be 1 to 128 printable ASCII characters' }]);
    }
    const body = await readBody(c.req.raw, NewOrder);
    if (body instanceof Response) return body;

    const orderId = orderIdFor(userId, key);
    if (key !== undefined) {
      const fingerprint = createHash('sha256').update(JSON.stringify(body)).digest('base64url');
      if ((await backing.idempotency.claim(orderId, fingerprint, { signal })) === 'different') {
        return problem({ status: 422, title: 'Idempotency-Key was used for another order' });
      }
      // A repeat is sent again on purpose: the first may have died before it got this far. The
      // consumer places it once.
    }
    await backing.orders.send({ orderId, userId, ...body, placedAt: new Date().toISOString() }, { signal });
    logger.info('order accepted', { order_id: orderId });
    return c.json({ orderId, correlationId }, 202, { location: `/orders/${orderId}` });
  })
  .get('/orders', requireSession, async (c) => {
    const { backing, signal } = c.env;
    const cursor = c.req.query('after');
    try {
      const options = { descending: true, limit: 20, cursor, signal };
      const { rows, cursor: next } = await backing.table.byUser.query(c.get('userId'), options).page();
      const orders = rows.map(({ orderId, placedAt, status, totalCents }) => ({
        orderId,
        placedAt,
        status,
        totalCents,
      }));
      return c.json({ orders, ...(next === undefined ? {} : { next }) });
    } catch (error) {
      if (!TwelvefoldError.isInstance(error, 'CURSOR_INVALID')) throw error;
      return invalid([{ field: 'after', reason: 'must be the next of an earlier page' }]);
    }
  })
  .get('/orders/:orderId', requireSession, async (c) => {
    const { backing, signal } = c.env;
    const id = Order.shape.orderId.safeParse(c.req.param('orderId'));
    // DynamoDB would refuse a key of over 2 KB, and that would count as a fault of the server.
    const row = id.success ? await backing.table.get(id.data, { consistent: true, signal }) : undefined;
    // An order of another user is not found, like an unknown one.
    if (row?.userId !== c.get('userId')) return problem({ status: 404, title: 'No such order' });
    const { orderId, status, sku, quantity, unitPriceCents, totalCents, placedAt, correlationId, notifiedAt } = row;
    return c.json({ orderId, status, sku, quantity, unitPriceCents, totalCents, placedAt, correlationId, notifiedAt });
  });
