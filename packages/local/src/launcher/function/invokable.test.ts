import { describe, expect, it } from 'vitest';
import { invokable } from './launch-function.ts';

describe('a launched function, made invokable', () => {
  it('gives its payload or throws its error', async () => {
    const invoke = invokable({
      name: 'orders',
      invoke: async (event) =>
        event === 'bad'
          ? { requestId: '1', error: { errorType: 'RangeError', errorMessage: 'too much', phase: 'invoke' } }
          : { requestId: '1', payload: { event } },
    });
    expect(await invoke('good')).toEqual({ event: 'good' });
    await expect(invoke('bad')).rejects.toMatchObject({
      name: 'RangeError',
      message: 'Cannot invoke function orders: RangeError: too much',
    });
  });
});
