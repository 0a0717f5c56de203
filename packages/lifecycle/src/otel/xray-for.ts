import type { TraceContext } from '../trace.ts';

/**
 * The trace with an X-Ray header of the same span: made where there is none, brought up to date where the one that came in is of the same trace, and left alone
 * where X-Ray follows the flow under an id of its own. The ids are the same in another spelling (X-Ray developer guide, trace ids of W3C format).
 */
export function xrayFor(trace: TraceContext): TraceContext {
  const { traceparent, xray } = trace;
  if (traceparent === undefined) return trace;
  const [, traceId = '', spanId = '', flags = ''] = traceparent.split('-');
  const root = `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
  const fields = (xray ?? `Root=${root}`).split(';').filter((field) => field !== '');
  if (!fields.some((field) => field.toLowerCase() === `root=${root}`)) return trace;
  const kept = fields.filter((field) => !/^(Parent|Sampled)=/i.test(field));
  const sampled = Number.parseInt(flags, 16) & 1;
  return { ...trace, xray: [...kept, `Parent=${spanId}`, `Sampled=${sampled}`].join(';') };
}
