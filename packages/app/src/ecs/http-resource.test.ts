import { systemClock } from '@twelvefold/core';
import { createLogger } from '@twelvefold/logging';
import { expect, it } from 'vitest';
import { httpResource } from './http-resource.ts';

it('listens on HOST where that is set, whatever the host is', async () => {
  const resource = httpResource({
    name: 'api',
    service: () => ({ component: 'api', clock: systemClock, handler: () => new Response() }),
    // An address of the documentation (RFC 5737): no machine can listen on it.
    env: { HOST: '203.0.113.1', PORT: '0' },
    profile: { address: '127.0.0.1', lingerMs: 0 },
    logger: createLogger({ service: 'api', write: () => {}, env: {} }),
    clock: systemClock,
  });
  await expect(resource.start?.(new AbortController().signal)).rejects.toThrow(/EADDRNOTAVAIL/);
});
