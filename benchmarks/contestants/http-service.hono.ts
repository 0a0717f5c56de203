import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { pino } from 'pino';
import { createServiceApp } from '../support/service-app.ts';
import { reportUsage } from '../support/service-process.ts';

const overrideGlobalObjects = process.argv[2] !== 'platform';
const logger = pino();
const app = new Hono()
  .use(async (c, next) => {
    const begun = performance.now();
    const correlationId = c.req.header('x-correlation-id') ?? crypto.randomUUID();
    c.header('x-correlation-id', correlationId);
    await next();
    const http = {
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      duration_ms: performance.now() - begun,
    };
    logger.info({ correlation_id: correlationId, http }, 'request answered');
  })
  .route('/', createServiceApp());
serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: '127.0.0.1', overrideGlobalObjects });
reportUsage();
