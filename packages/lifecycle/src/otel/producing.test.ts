import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context, ContextManager } from '@opentelemetry/api';
import { context, ProxyTracerProvider, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, it } from 'vitest';
import { runInScope, traced } from '../index.ts';
import { producing } from '../internal.ts';

// With OpenTelemetry's own API and SDK, as an app registers them.

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${TRACE_ID}-b7ad6b7169203331-01`;
const exporter = new InMemorySpanExporter();
const spans = () => exporter.getFinishedSpans();
const named = (name: string) => spans().find((span) => span.name === name);
const task = { kind: 'task', component: 'report', trace: { traceparent } } as const;
const sending = () => ({ name: 'send orders', kind: 'producer', attributes: { n: 1 } }) as const;
const calling = () => ({ name: 'SQS.SendMessage', kind: 'client', attributes: {} }) as const;

function register({ managed = false } = {}) {
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  if (!managed) return;
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, work, self, ...args) => storage.run(active, () => work.call(self as never, ...args)),
    bind: (_active, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  context.setGlobalContextManager(manager);
}
afterEach(() => {
  trace.disable();
  context.disable();
  exporter.reset();
});

describe('with a tracer', () => {
  it.each([true, false])(
    "is a producer's span below the scope's, and hands over its own trace (context manager: %s)",
    async (managed) => {
      register({ managed });
      const carried = await runInScope(task, () =>
        producing(sending, async (span) => {
          span?.set('messaging.message.id', 'm-1');
          await traced(calling, async () => {});
          return span?.trace;
        }),
      );
      const span = named('send orders');
      expect(span).toMatchObject({
        kind: SpanKind.PRODUCER,
        parentSpanContext: { traceId: TRACE_ID, spanId: named('task report')?.spanContext().spanId },
        attributes: { n: 1, 'messaging.message.id': 'm-1' },
        status: { code: SpanStatusCode.UNSET },
      });
      const spanId = span?.spanContext().spanId;
      expect(carried).toEqual({
        traceparent: `00-${TRACE_ID}-${spanId}-01`,
        xray: `Root=1-${TRACE_ID.slice(0, 8)}-${TRACE_ID.slice(8)};Parent=${spanId};Sampled=1`,
      });
      // Without a context manager the active span is unknown.
      const above = managed ? spanId : named('task report')?.spanContext().spanId;
      expect(named('SQS.SendMessage')?.parentSpanContext?.spanId).toBe(above);
    },
  );

  it('outside of a scope goes below what is active, or begins a trace', async () => {
    register({ managed: true });
    const own = trace.getTracer('app').startSpan('own');
    const below = await context.with(trace.setSpan(ROOT_CONTEXT, own), () =>
      producing(sending, async (span) => span?.trace),
    );
    expect(below?.traceparent).toContain(own.spanContext().traceId);
    const alone = await producing(sending, async (span) => span?.trace);
    expect(alone?.traceparent).not.toContain(own.spanContext().traceId);
    expect(spans()).toHaveLength(2);
  });

  it('failure is marked by its kind, and the error goes on; so is a reported partial failure', async () => {
    register();
    const error = new TypeError('the token is hunter22');
    await expect(producing(sending, () => Promise.reject(error))).rejects.toBe(error);
    await producing(sending, async (span) => span?.fail(new RangeError('hunter22')));
    expect(spans().map(({ status, attributes }) => [status.code, attributes['error.type']])).toEqual([
      [SpanStatusCode.ERROR, 'TypeError'],
      [SpanStatusCode.ERROR, 'RangeError'],
    ]);
    expect(JSON.stringify(spans().map(({ status, events, attributes }) => [status, events, attributes]))).not.toContain(
      'hunter22',
    );
  });

  it('that is switched off changes nothing: what came in goes on', async () => {
    trace.setGlobalTracerProvider(new ProxyTracerProvider());
    const xray = 'Root=1-5759e988-bd862e3fe1be46a994272793';
    const carried = await runInScope({ ...task, trace: { traceparent, xray } }, () =>
      producing(sending, async (span) => span?.trace),
    );
    expect(carried).toMatchObject({ xray });
    expect(carried?.traceparent).toContain(TRACE_ID);
    expect(await producing(sending, async (span) => span?.trace)).toEqual({});
  });
});

it('without a tracer is the work alone: nothing is asked for and no promise is put around it', async () => {
  const asked = () => {
    throw new Error('asked for');
  };
  const result = Promise.resolve(7);
  expect(producing(asked, (span) => (span === undefined ? result : Promise.reject(new Error('a span'))))).toBe(result);
});
