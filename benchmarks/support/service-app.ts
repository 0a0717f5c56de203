import { Hono } from 'hono';

/** 10 KB of JSON. */
const PAGE = Array.from({ length: 100 }, (_, index) => ({
  id: `o-${index}`,
  sku: 'keyboard',
  quantity: index,
  note: 'x'.repeat(40),
}));
const CHUNK = new TextEncoder().encode('x'.repeat(1_024));

/** The routes that every contestant of the service rows serves. */
export function createServiceApp(): Hono {
  return new Hono()
    .get('/orders/:id', (c) =>
      c.json({ id: c.req.param('id'), tenant: c.req.header('x-tenant'), page: c.req.query('page') }),
    )
    .post('/orders', async (c) => {
      const { sku, quantity } = await c.req.json<{ sku: string; quantity: number }>();
      return c.json({ sku, quantity }, 201);
    })
    .get('/page', (c) => c.json(PAGE))
    .get('/stream', () => new Response(pieces(4), { headers: { 'content-type': 'application/octet-stream' } }));
}

export function page(): typeof PAGE {
  return PAGE;
}

/** A stream of so many pieces of 1 KB, each after a turn of the event loop. */
export function pieces(count: number): ReadableStream<Uint8Array> {
  let left = count;
  return new ReadableStream({
    pull: async (controller) => {
      await new Promise(setImmediate);
      controller.enqueue(CHUNK);
      left -= 1;
      if (left === 0) controller.close();
    },
  });
}

/** The requests of the rows, by name. */
export const SERVICE_REQUESTS = {
  GET: requestText('GET', '/orders/o-1?page=2'),
  'POST 1 KB': requestText('POST', '/orders', JSON.stringify({ sku: 'keyboard', quantity: 2, note: 'x'.repeat(980) })),
  '10 KB of JSON': requestText('GET', '/page'),
  'a stream of 4 KB': requestText('GET', '/stream'),
  'an unknown path': requestText('GET', '/nothing/here'),
} as const;

export type ServiceRequest = keyof typeof SERVICE_REQUESTS;

/** A request with the headers that a load balancer hands on. */
function requestText(method: string, target: string, body?: string, headers: readonly string[] = []): string {
  return [
    `${method} ${target} HTTP/1.1`,
    'host: shop.example',
    'accept: application/json',
    'accept-language: en-US,en;q=0.9',
    'user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
    'x-correlation-id: 3f6c1ba2-6fd0-4f6d-9d53-6b6a4c0d2f11',
    'x-forwarded-for: 205.255.255.176',
    'x-forwarded-port: 443',
    'x-forwarded-proto: https',
    'x-tenant: t-1',
    ...(body === undefined ? [] : ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`]),
    ...headers,
    '',
    body ?? '',
  ].join('\r\n');
}
