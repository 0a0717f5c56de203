import { app } from '../app.ts';

export const mirror = app.consumer(
  'mirror',
  { uses: { config: ['limits', 'vault'], rows: ['write'] } },
  async ({ id }, { backing, correlationId, scope, signal }) => {
    const traceparent = scope.trace.traceparent;
    await backing.rows.update(id, { set: { correlationId, ...(traceparent ? { traceparent } : {}) } }, { signal });
  },
);
