import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createAws } from './create-aws.ts';
import { ssm } from './services/ssm.ts';
import type { Environment } from './settings.ts';
import { isSetupError } from './setup-fault.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
const read = (env: Environment) => createAws({ env }).call(ssm, 'GetParameters', { Names: ['a'] }, { access: 'read' });

describe('settings without which no call can be made', () => {
  it.each<[string, Environment, string, RegExp]>([
    ['no region', KEYS, 'RegionMissing', /there is no region; set AWS_REGION, e\.g\. AWS_REGION=eu-west-1$/],
    [
      'a blank behind the region',
      { ...KEYS, AWS_REGION: 'eu-west-1 ' },
      'RegionInvalid',
      /AWS_REGION is "eu-west-1 ", which holds a blank; set it/,
    ],
    ['a blank region', { ...KEYS, AWS_REGION: ' ' }, 'RegionInvalid', /AWS_REGION is " ", which holds a blank/],
    [
      'a default region with a path',
      { ...KEYS, AWS_DEFAULT_REGION: 'eu/west' },
      'RegionInvalid',
      /AWS_DEFAULT_REGION is "eu\/west", which is not the name of a region/,
    ],
    [
      'an endpoint without a scheme',
      { ...KEYS, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'localhost:4566' },
      'EndpointInvalid',
      /does not begin with http:\/\/ or https:\/\/; write it as e\.g\. http:\/\/localhost:4566/,
    ],
    [
      "a service's endpoint without a scheme",
      { ...KEYS, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_SSM: '127.0.0.1' },
      'EndpointInvalid',
      /does not begin with http/,
    ],
    [
      'an endpoint with a blank',
      { ...KEYS, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'http://local host' },
      'EndpointInvalid',
      /is not a URL/,
    ],
  ])('%s is named with the way to set it', async (_, env, code, message) => {
    const error: unknown = await read(env).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ awsCode: code, retryable: false, message: expect.stringMatching(message) });
    expect(isSetupError(error)).toBe(true);
  });

  it('an endpoint that is ignored may be anything', async () => {
    const env = {
      ...KEYS,
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: 'localhost',
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
    };
    const signal = AbortSignal.abort(new Error('not sent'));
    const call = createAws({ env }).call(ssm, 'GetParameters', { Names: ['a'] }, { access: 'read', signal });
    await expect(call).rejects.toThrow('not sent');
  });
});

describe('timeoutMs of a call', () => {
  it.each(['lean', 'sdk'] as const)(
    'ends all of its attempts and names the endpoint, by the %s transport',
    async (transport) => {
      let requests = 0;
      const server = createServer(() => {
        requests += 1;
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const aws = createAws({
        env: { ...KEYS, AWS_REGION: 'eu-west-1' },
        endpoint,
        transport,
        requestTimeoutMs: 60_000,
      });
      const call = aws.call(ssm, 'GetParameters', { Names: ['a'] }, { access: 'read', timeoutMs: 50 });
      await expect(call).rejects.toMatchObject({
        awsCode: 'NetworkError',
        retryable: true,
        message: `Cannot call ssm GetParameters: no answer in time from ${endpoint}`,
      });
      // None, when the limit passes before a busy machine has loaded the SDK or connected; never a
      // second attempt.
      expect(requests).toBeLessThanOrEqual(1);
      aws.close();
      server.closeAllConnections();
      server.close();
    },
  );
});
