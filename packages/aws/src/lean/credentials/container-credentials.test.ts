import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ScriptedServer } from '../scripted-server.fixture.ts';
import { bytesThenReset, respond, startScriptedServer } from '../scripted-server.fixture.ts';
import { fetchContainerCredentials } from './container-credentials.ts';

const ANSWER = { AccessKeyId: 'AKID', SecretAccessKey: 'secret', Token: 'token', Expiration: '2026-11-22T13:00:00Z' };
let server: ScriptedServer;
let slept: number;
beforeEach(async () => {
  server = await startScriptedServer();
  slept = 0;
});
afterEach(() => server[Symbol.asyncDispose]());

const fetch = (env: Record<string, string> = {}) =>
  fetchContainerCredentials({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}/v1?role=a`, ...env }, async () => {
    slept += 1;
  });

describe('fetchContainerCredentials', () => {
  it('asks the endpoint with the token of the environment', async () => {
    server.script(respond(200, JSON.stringify(ANSWER)));
    expect(await fetch({ AWS_CONTAINER_AUTHORIZATION_TOKEN: 'Basic abc' })).toEqual({
      accessKeyId: 'AKID',
      secretAccessKey: 'secret',
      sessionToken: 'token',
      expiration: new Date('2026-11-22T13:00:00Z'),
    });
    expect(server.requests[0]?.text).toMatch(/^GET \/v1\?role=a HTTP\/1\.1\r\nhost: 127/);
    expect(server.requests[0]?.text).toContain('\r\nauthorization: Basic abc\r\n');
  });

  it('reads the file of the token each time, and prefers it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'twelvefold-token-'));
    const file = join(folder, 'token');
    const env = { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'other' };
    server.script(respond(200, JSON.stringify(ANSWER)));
    try {
      for (const token of ['first', 'second']) {
        writeFileSync(file, `${token}\n`);
        await fetch(env);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(server.requests.map(({ text }) => /authorization: (\w+)/.exec(text)?.[1])).toEqual(['first', 'second']);
    await expect(fetch(env)).rejects.toThrow('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read');
  });

  it.each([
    ['500', respond(500)],
    ['429', respond(429)],
    ['a reset', bytesThenReset('')],
    ['no JSON', respond(200, '<html>')],
    ['no keys', respond(200, '{}')],
  ])('tries three times when it gets %s', async (_name, step) => {
    server.script(step, step, respond(200, JSON.stringify(ANSWER)));
    expect(await fetch()).toMatchObject({ accessKeyId: 'AKID' });
    expect(slept).toBe(2);
    server.script(step);
    await expect(fetch()).rejects.toMatchObject({ awsCode: 'CredentialsProviderError', retryable: true });
    expect(server.requests).toHaveLength(6);
  });

  it('gives up at once when it is refused', async () => {
    server.script(respond(403));
    await expect(fetch()).rejects.toMatchObject({ message: expect.stringContaining('answered 403'), retryable: false });
    expect(server.requests).toHaveLength(1);
  });

  it.each(['http://example.com/', 'http://10.0.0.1/', 'http://127.0.0.1.example.com/', 'http://169.254.169.254/'])(
    'sends no token to %s, which is neither local nor https',
    async (uri) => {
      const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri, AWS_CONTAINER_AUTHORIZATION_TOKEN: 't' };
      await expect(fetch(env)).rejects.toThrow('not trusted without TLS');
    },
  );

  it.each(['a\r\nx: y', 'a\0b', 'a\u2028b', 'ä'])('makes no header of the token %j', async (token) => {
    await expect(fetch({ AWS_CONTAINER_AUTHORIZATION_TOKEN: token })).rejects.toThrow('other than visible ASCII');
    expect(server.requests).toEqual([]);
  });

  it.each(['@example.com/', '.example.com/', ':80/', 'v2/x'])('lets no relative URI name a host: %s', async (uri) => {
    const env = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: uri, AWS_CONTAINER_AUTHORIZATION_TOKEN: 't' };
    await expect(fetch(env)).rejects.toThrow("does not begin with '/'");
  });
});
