import { expect, it } from 'vitest';
import { runInScope, traceHeaders } from '../index.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const xray = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1';

it('carries the scope on, and nothing outside of one', async () => {
  expect(traceHeaders()).toEqual({});
  const init = { kind: 'http', component: 'api', correlationId: 'c-1' } as const;
  await runInScope({ ...init, trace: { traceparent, tracestate: 'a=1,b=2', xray } }, () => {
    expect(traceHeaders()).toEqual({
      'x-correlation-id': 'c-1',
      traceparent,
      tracestate: 'a=1,b=2',
      'x-amzn-trace-id': xray,
    });
  });
  await runInScope({ ...init, sampled: true }, () => {
    expect(traceHeaders()).toEqual({ 'x-correlation-id': 'c-1', 'x-correlation-sampled': '1' });
  });
  await runInScope({ ...init, trace: { tracestate: 'a=1' } }, () => {
    expect(traceHeaders()).toEqual({ 'x-correlation-id': 'c-1' });
  });
});
