/** The price of an order in cents, tax included, rounded half up. */
export function totalCents(order: { quantity: number; unitPriceCents: number }, taxRate: number): number {
  return Math.round(order.quantity * order.unitPriceCents * (1 + taxRate));
}
