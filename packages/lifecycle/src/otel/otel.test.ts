import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context, ContextManager } from '@opentelemetry/api';
import {
  context,
  ProxyTracerProvider,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { systemClock } from '@twelvefold/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runInScope, traced, traceHeaders } from '../index.ts';
import { serveRequest } from '../internal.ts';
import { failSpan } from './fail-span.ts';

// With OpenTelemetry's own API and SDK, as an app registers them.

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${TRACE_ID}-b7ad6b7169203331-01`;
const exporter = new InMemorySpanExporter();

/** Behaves as `AsyncLocalStorageContextManager` does. */
function contextManager(): ContextManager {
  const storage = new AsyncLocalStorage<Context>();
  return {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, work, self, ...args) => storage.run(active, () => work.call(self as never, ...args)),
    bind: (_active, target) => target,
    enable() {
      return this;
    },
    disable() {
      storage.disable();
      return this;
    },
  };
}

function register() {
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
}

afterEach(() => {
  trace.disable();
  context.disable();
  propagation.disable();
  exporter.reset();
});

const spans = () => exporter.getFinishedSpans();
const task = { kind: 'task', component: 'report' } as const;

describe.each([
  ['with', true],
  ['without', false],
])('%s a context manager', (_name, managed) => {
  beforeEach(() => {
    register();
    if (managed) context.setGlobalContextManager(contextManager());
  });

  it('a scope is a span under the trace that came in, and what is sent on names that span', async () => {
    const xray = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1';
    let sent: Record<string, string> = {};
    await runInScope({ ...task, correlationId: 'c-1', trace: { traceparent, tracestate: 'a=1', xray } }, async () => {
      await new Promise(setImmediate);
      sent = traceHeaders();
    });
    const [span] = spans();
    expect(span).toMatchObject({
      name: 'task report',
      kind: SpanKind.INTERNAL,
      parentSpanContext: { traceId: TRACE_ID, spanId: 'b7ad6b7169203331', isRemote: true },
      attributes: { 'twelvefold.component': 'report' },
      status: { code: SpanStatusCode.UNSET },
    });
    expect(sent).toEqual({
      'x-correlation-id': 'c-1',
      traceparent: `00-${TRACE_ID}-${span?.spanContext().spanId}-01`,
      tracestate: 'a=1',
      'x-amzn-trace-id': xray,
    });
  });

  it('overlapping scopes have traces of their own', async () => {
    await Promise.all(
      [1, 2, 3].map(() =>
        runInScope(task, async () => {
          await new Promise(setImmediate);
          await traced(
            () => ({ name: 'call', kind: 'client', attributes: { n: 1 } }),
            () => new Promise<void>((resolve) => setImmediate(resolve)),
          );
        }),
      ),
    );
    const scopes = spans().filter(({ name }) => name === 'task report');
    expect(new Set(scopes.map((span) => span.spanContext().traceId)).size).toBe(3);
    for (const scope of scopes) {
      const { traceId, spanId } = scope.spanContext();
      expect(spans().filter(({ parentSpanContext }) => parentSpanContext?.spanId === spanId)).toMatchObject([
        { name: 'call', kind: SpanKind.CLIENT, parentSpanContext: { traceId } },
      ]);
    }
  });

  it('failure is marked by the kind of error, without what it says', async () => {
    const error = new TypeError('password is hunter22');
    await runInScope(task, () => Promise.reject(error)).catch(() => {});
    await runInScope(task, (scope) => failSpan(scope, error));
    await runInScope(task, () =>
      traced(
        () => ({ name: 'call', kind: 'client', attributes: {} }),
        () => Promise.reject(error),
      ).catch(() => {}),
    );
    expect(spans().map(({ name, status, attributes }) => [name, status.code, attributes['error.type']])).toEqual([
      ['task report', SpanStatusCode.ERROR, 'TypeError'],
      ['task report', SpanStatusCode.ERROR, 'TypeError'],
      ['call', SpanStatusCode.ERROR, 'TypeError'],
      ['task report', SpanStatusCode.UNSET, undefined],
    ]);
    expect(JSON.stringify(spans().map(({ status, events, attributes }) => [status, events, attributes]))).not.toContain(
      'hunter22',
    );
  });

  it.each([
    [200, undefined, SpanStatusCode.UNSET],
    [404, undefined, SpanStatusCode.UNSET],
    [503, '503', SpanStatusCode.ERROR],
    [500, 'RangeError', SpanStatusCode.ERROR],
  ])('a request that is answered with %i', async (status, errorType, code) => {
    const request = new Request('http://shop.example:8080/orders/o-1?token=hunter22', {
      method: 'POST',
      headers: { traceparent },
    });
    const handler = () => {
      if (errorType === 'RangeError') throw new RangeError('x');
      return new Response(null, { status });
    };
    await serveRequest(handler, request, { component: 'api', clock: systemClock });
    expect(spans()).toMatchObject([
      {
        name: 'POST',
        kind: SpanKind.SERVER,
        parentSpanContext: { traceId: TRACE_ID },
        status: { code },
        attributes: {
          'http.request.method': 'POST',
          'url.path': '/orders/o-1',
          'url.scheme': 'http',
          'server.address': 'shop.example',
          'server.port': 8080,
          'http.response.status_code': status,
        },
      },
    ]);
    expect(spans()[0]?.attributes['error.type']).toBe(errorType);
    expect(JSON.stringify(spans()[0]?.attributes)).not.toContain('hunter22');
  });
});

describe('with a context manager', () => {
  beforeEach(() => {
    register();
    context.setGlobalContextManager(contextManager());
  });

  it("the app's own spans are below the scope's", async () => {
    await runInScope(task, async () => {
      await new Promise(setImmediate);
      trace.getTracer('app').startSpan('own').end();
    });
    const [own, scope] = spans();
    expect(own?.parentSpanContext?.spanId).toBe(scope?.spanContext().spanId);
  });

  it('an instrumented server that has made a span of the same headers is the parent', async () => {
    const tracer = trace.getTracer('http');
    const incoming = trace.setSpanContext(ROOT_CONTEXT, {
      traceId: TRACE_ID,
      spanId: 'b7ad6b7169203331',
      traceFlags: 1,
      isRemote: true,
    });
    const server = tracer.startSpan('GET', {}, incoming);
    await context.with(trace.setSpan(incoming, server), () =>
      runInScope({ ...task, trace: { traceparent } }, () => {}),
    );
    expect(spans()[0]?.parentSpanContext?.spanId).toBe(server.spanContext().spanId);
  });
});

it('a parent that is not sampled is heeded', async () => {
  register();
  const unsampled = traceparent.replace(/01$/, '00');
  await runInScope({ ...task, trace: { traceparent: unsampled } }, () => {
    expect(traceHeaders().traceparent).toMatch(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-00$`));
  });
  expect(spans()).toEqual([]);
});

it('a tracer that makes no spans changes nothing: what came in goes on', async () => {
  trace.setGlobalTracerProvider(new ProxyTracerProvider()); // without a delegate, as a switched-off SDK leaves it
  await runInScope(task, () => expect(traceHeaders()).not.toHaveProperty('traceparent'));
  await runInScope({ ...task, trace: { traceparent } }, () => {
    expect(traceHeaders().traceparent).toContain(TRACE_ID);
  });
});

it('without a tracer headers go on as they came, and nothing is asked for', async () => {
  const span = () => {
    throw new Error('asked for');
  };
  await runInScope({ ...task, trace: { traceparent }, span }, async () => {
    expect(traceHeaders()).toMatchObject({ traceparent });
    expect(await traced(span, () => Promise.resolve(7))).toBe(7);
  });
});
