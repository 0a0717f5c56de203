import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { reportUsage } from '../support/service-process.ts';

/*
 * node:http with the same work by hand and without a router: correlation id in and out, a scope,
 * one timer for all deadlines, an access line (lines of a turn in one write), two counters, a limit
 * for the body. No redaction, no limits for slow clients, no drain.
 */
interface Work {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly startedMs: number;
}

const ANSWER_MS = 30_000;
const BODY_LIMIT_BYTES = 1_048_576;
const CORRELATION_ID = /^[\w.:=@/+-]{1,128}$/;
const scopes = new AsyncLocalStorage<Work>();
/** In order of arrival; without its answer once that is out. */
let pending: Array<{ readonly startedMs: number; outgoing: ServerResponse | undefined }> = [];
let lines = '';
let requests = 0;
let timeMs = 0;

setInterval(() => {
  const latest = performance.now() - ANSWER_MS;
  pending = pending.filter(({ outgoing }) => outgoing);
  for (const { startedMs, outgoing } of pending) if (startedMs <= latest) outgoing?.writeHead(504).end();
}, 1_000).unref();
process.once('SIGTERM', () => {
  process.stdout.write(`${JSON.stringify({ requests, timeMs })}\n`);
  process.exit(0);
});

function write(): void {
  writeSync(1, lines);
  lines = '';
}

function finish({ id, method, path, startedMs }: Work, outgoing: ServerResponse, text: string, status: number) {
  const duration = Math.round((performance.now() - startedMs) * 1_000) / 1_000;
  requests += 1;
  timeMs += duration;
  if (lines === '') setImmediate(write);
  lines += `{"level":"INFO","message":"request answered","timestamp":"${new Date().toISOString()}","service":"bench","correlation_id":${JSON.stringify(id)},"component":"http","kind":"http","http":{"method":"${method}","path":${JSON.stringify(path)},"status":${status},"duration_ms":${duration}}}\n`;
  const head = ['content-type', 'application/json', 'x-correlation-id', id, 'content-length'];
  outgoing.writeHead(status, [...head, String(Buffer.byteLength(text))]);
  outgoing.end(text);
}

function accept(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const given = incoming.headers['x-correlation-id'];
  const id = typeof given === 'string' && CORRELATION_ID.test(given) ? given : randomUUID();
  const { method = 'GET', url = '/' } = incoming;
  const at = url.indexOf('?');
  const work = { id, method, path: at < 0 ? url : url.slice(0, at), startedMs: performance.now() };
  if (method === 'GET') {
    scopes.run(work, () => {
      const page = at < 0 ? undefined : /(?:^|&)page=([^&]*)/.exec(url.slice(at + 1))?.[1];
      const answer = { id: work.path.slice('/orders/'.length), tenant: incoming.headers['x-tenant'], page };
      finish(work, outgoing, JSON.stringify(answer), 200);
    });
    return;
  }
  const due = { startedMs: work.startedMs, outgoing: outgoing as ServerResponse | undefined };
  pending.push(due);
  outgoing.on('finish', () => {
    due.outgoing = undefined;
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT_BYTES) incoming.destroy();
    else chunks.push(chunk);
  });
  incoming.on('end', () =>
    scopes.run(work, async () => {
      const { sku, quantity } = JSON.parse(Buffer.concat(chunks).toString()) as { sku: string; quantity: number }; // the row's
      finish(work, outgoing, JSON.stringify({ sku, quantity }), 201);
    }),
  );
}

// Idle connections stay as long as those of a service behind a load balancer.
createServer({ keepAliveTimeout: 65_000 }, accept).listen(Number(process.env.PORT), '127.0.0.1');
reportUsage();
