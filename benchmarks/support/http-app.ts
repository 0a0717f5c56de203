import { Hono } from 'hono';

/** The app that both adapters stand in front of. */
export const app = new Hono()
  .get('/orders/:id', (c) =>
    c.json({ id: c.req.param('id'), tenant: c.req.header('x-tenant'), page: c.req.query('page') }),
  )
  .post('/orders', async (c) => {
    const { sku, quantity } = await c.req.json<{ sku: string; quantity: number }>();
    return c.json({ sku, quantity }, 201);
  });

/** An event of payload format 2.0, with the headers that a browser behind API Gateway sends. */
export function httpEvent(method: 'GET' | 'POST') {
  const rawPath = method === 'GET' ? '/orders/o-1' : '/orders';
  return {
    version: '2.0' as const,
    routeKey: '$default',
    rawPath,
    rawQueryString: method === 'GET' ? 'page=2' : '',
    headers: {
      accept: 'application/json',
      'accept-encoding': 'gzip, deflate, br',
      'accept-language': 'en-US,en;q=0.9',
      'content-type': 'application/json',
      host: 'abc.execute-api.eu-central-1.amazonaws.com',
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
      'x-amzn-trace-id': 'Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e',
      'x-forwarded-for': '205.255.255.176',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
      'x-tenant': 't-1',
    },
    cookies: ['session=abc'],
    requestContext: {
      accountId: '000000000000',
      apiId: 'abc',
      domainName: 'abc.execute-api.eu-central-1.amazonaws.com',
      domainPrefix: 'abc',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '205.255.255.176', userAgent: 'Mozilla/5.0' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage: '$default',
      time: '10/Mar/2020:05:16:23 +0000',
      timeEpoch: 1583817383220,
    },
    ...(method === 'POST' ? { body: JSON.stringify({ sku: 'keyboard', quantity: 2 }) } : {}),
    isBase64Encoded: false,
  };
}
