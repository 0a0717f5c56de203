import { Readable } from 'node:stream';
import { fastify } from 'fastify';
import { page, pieces } from '../support/service-app.ts';
import { reportUsage } from '../support/service-process.ts';

// Its own two lines per request are switched off for one that says the same as the others'.
const app = fastify({ logger: true, disableRequestLogging: true, requestIdHeader: 'x-correlation-id' });
app.addHook('onRequest', async (request, reply) => {
  reply.header('x-correlation-id', request.id);
});
app.addHook('onResponse', async (request, reply) => {
  const { method, url } = request;
  const http = { method, path: url.split('?')[0], status: reply.statusCode, duration_ms: reply.elapsedTime };
  request.log.info({ correlation_id: request.id, http }, 'request answered');
});
app.get<{ Params: { id: string }; Querystring: { page?: string } }>('/orders/:id', async (request) => ({
  id: request.params.id,
  tenant: request.headers['x-tenant'],
  page: request.query.page,
}));
app.post<{ Body: { sku: string; quantity: number } }>('/orders', async ({ body: { sku, quantity } }, reply) => {
  reply.code(201);
  return { sku, quantity };
});
app.get('/page', async () => page());
app.get('/stream', (_request, reply) =>
  reply.type('application/octet-stream').send(Readable.fromWeb(pieces(4) as never)),
); // one class, two declarations
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
reportUsage();
