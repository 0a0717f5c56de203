import * as z from 'zod/mini';

/** An order as it travels from the HTTP front to the consumer. */
export const Order = z.object({
  orderId: z.uuid(),
  userId: z.string(),
  sku: z.string(),
  quantity: z.int(),
  unitPriceCents: z.int(),
  placedAt: z.iso.datetime(),
});
export type Order = z.infer<typeof Order>;

/** An event in the life of an order, for other components and apps. */
export const OrderEvent = z.object({
  type: z.literal('order.placed'),
  orderId: z.uuid(),
  userId: z.string(),
  totalCents: z.int(),
});
export type OrderEvent = z.infer<typeof OrderEvent>;

/** An order as it is kept. */
export const OrderRow = z.object({
  ...Order.shape,
  status: z.enum(['placed', 'notified']),
  /** Tax included. */
  totalCents: z.int(),
  /** Proves to the payment provider that this order is ours. */
  paymentReference: z.string(),
  correlationId: z.string(),
  /** How often the order took effect: 1, whatever was delivered twice. */
  placements: z.int(),
  notifiedAt: z.optional(z.iso.datetime()),
});
export type OrderRow = z.infer<typeof OrderRow>;

export const SessionData = z.object({ userId: z.string() });
