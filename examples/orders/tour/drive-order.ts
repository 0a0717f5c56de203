import { setTimeout as sleep } from 'node:timers/promises';

/** One order, driven through the app's own HTTP contract. */
export interface DrivenOrder {
  readonly orderId: string;
  readonly correlationId: string;
  readonly status: string;
  readonly totalCents: number;
  /** Milliseconds since the epoch. */
  readonly sentAtMs: number;
  readonly acceptedAtMs: number;
  readonly notifiedAtMs: number;
}

const ORDER = { sku: 'keyboard', quantity: 2, unitPriceCents: 4_999 };
const PATIENCE_MS = 20_000;

/**
 * Logs in, places an order and waits until it is `notified`.
 *
 * @throws Error naming the step that did not do what the contract says.
 */
export async function driveOrder(url: string, correlationId: string, signal: AbortSignal): Promise<DrivenOrder> {
  const session = await fetch(`${url}/sessions`, json({ userId: 'ada' }, {}, signal));
  expectStatus('POST /sessions', session, 201);
  const cookie = session.headers.getSetCookie()[0]?.split(';')[0] ?? '';

  const sentAtMs = Date.now();
  const token = session.headers.get('x-csrf-token') ?? '';
  const headers = {
    cookie,
    'x-csrf-token': token,
    'x-correlation-id': correlationId,
    'idempotency-key': correlationId,
  };
  const placed = await fetch(`${url}/orders`, json(ORDER, headers, signal));
  expectStatus('POST /orders', placed, 202);
  const acceptedAtMs = Date.now();
  const { orderId, correlationId: returned } = (await placed.json()) as { orderId: string; correlationId: string };
  if (returned !== correlationId)
    throw new Error(`POST /orders answered the correlation id ${returned}, not ${correlationId}`);

  let status = 'unknown';
  while (Date.now() < sentAtMs + PATIENCE_MS) {
    const response = await fetch(`${url}/orders/${orderId}`, { headers: { cookie }, signal });
    const row = (await response.json()) as { status: string; totalCents: number };
    status = response.status === 200 ? row.status : `HTTP ${response.status}`;
    if (status === 'notified') {
      return {
        orderId,
        correlationId,
        status,
        totalCents: row.totalCents,
        sentAtMs,
        acceptedAtMs,
        notifiedAtMs: Date.now(),
      };
    }
    await sleep(15, undefined, { signal });
  }
  throw new Error(`GET /orders/${orderId} still says ${status} after ${PATIENCE_MS / 1_000} s`);
}

function json(body: unknown, headers: Record<string, string>, signal: AbortSignal): RequestInit {
  return {
    method: 'POST',
    body: JSON.stringify(body),
    // As a browser's page of the same site sends it: a change with the cookie is refused without.
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', ...headers },
    signal,
  };
}

function expectStatus(step: string, response: Response, status: number): void {
  if (response.status !== status) throw new Error(`${step} answered ${response.status}, not ${status}`);
}
