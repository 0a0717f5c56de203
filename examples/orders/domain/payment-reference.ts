import { createHmac } from 'node:crypto';

/** Signs an order id for the payment provider. */
export function paymentReference(orderId: string, apiKey: string): string {
  return createHmac('sha256', apiKey).update(orderId).digest('base64url');
}
