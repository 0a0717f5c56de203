import { DsqlSigner } from '@aws-sdk/dsql-signer';
import { Signer } from '@aws-sdk/rds-signer';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import { createAuthTokens, createAws } from './index.ts';
import type { AuthTokenTarget, Credentials } from './internal.ts';

const region = 'eu-west-1';
const KEYS: ReadonlyArray<readonly [string, Credentials]> = [
  ['fixed keys', { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }],
  [
    'a role',
    { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: `IQoJb3JpZ2luX2VjE/+=${'x'.repeat(900)}` },
  ],
];

/** The token that is made at the time of the official signer's. */
async function sameTime(official: string, target: AuthTokenTarget, credentials: Credentials): Promise<string> {
  const date = new URLSearchParams(official.slice(official.indexOf('?'))).get('X-Amz-Date') ?? '';
  const time = Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
  const authToken = createAuthTokens(createAws({ env: {}, region, credentials }), () => time);
  return (await authToken(target)).token;
}

describe.each(KEYS)('a token by %s is what the official signer makes', (_name, credentials) => {
  it.each([
    ['app', 'orders.abc.eu-west-1.rds.amazonaws.com', 5432],
    ['päth+user name/&=*~', 'orders.proxy-abc.eu-west-1.rds.amazonaws.com', 3306],
  ])('for RDS, user %s', async (user, host, port) => {
    const official = await new Signer({ hostname: host, port, username: user, region, credentials }).getAuthToken();
    expect(await sameTime(official, { service: 'rds', host, port, user }, credentials)).toBe(official);
  });

  it('for Aurora DSQL', async () => {
    const host = 'abcdefghij.dsql.eu-west-1.on.aws';
    const signer = new DsqlSigner({ hostname: host, region, credentials });
    const user = await signer.getDbConnectAuthToken();
    expect(await sameTime(user, { service: 'dsql', host }, credentials)).toBe(user);
    const admin = await signer.getDbConnectAdminAuthToken();
    expect(await sameTime(admin, { service: 'dsql', host, admin: true }, credentials)).toBe(admin);
  });

  // AWS publishes no JavaScript signer for ElastiCache (aws-sdk-js-v3#6611): its recipe, by the
  // SDK's own SigV4.
  it.each([false, true])('for ElastiCache, serverless: %s', async (serverless) => {
    const query = { Action: 'connect', User: 'app-user', ...(serverless && { ResourceType: 'ServerlessCache' }) };
    const request = new HttpRequest({
      method: 'GET',
      protocol: 'http:',
      hostname: 'orders-cache',
      query,
      headers: { host: 'orders-cache' },
    });
    const signer = new SignatureV4({ service: 'elasticache', region, credentials, sha256: Sha256 });
    const signed = await signer.presign(request, { expiresIn: 900 });
    const ours = await sameTime(
      `?X-Amz-Date=${signed.query?.['X-Amz-Date']}`,
      { service: 'elasticache', cache: 'Orders-Cache', user: 'app-user', serverless },
      credentials,
    );
    const parsed = new URLSearchParams(ours.slice(ours.indexOf('?') + 1));
    expect(ours.startsWith('orders-cache/?')).toBe(true);
    expect(Object.fromEntries(parsed)).toEqual(signed.query);
  });
});

describe('the life of a token', () => {
  const target = { service: 'rds', host: 'h', port: 5432, user: 'app' } as const;
  const START = Date.UTC(2026, 10, 29);

  function source(first: Credentials) {
    const state = { nowMs: START, credentials: first };
    const aws = { region, credentials: async () => state.credentials };
    return { state, authToken: createAuthTokens(aws, () => state.nowMs) };
  }

  it('is 15 minutes, and it is reused until a minute before', async () => {
    const { state, authToken } = source({ accessKeyId: 'A', secretAccessKey: 's' });
    const first = await authToken(target);
    expect(first.expiresAt).toEqual(new Date(START + 900_000));
    state.nowMs += 839_999;
    expect(await authToken(target)).toEqual(first);
    expect(await authToken({ ...target, user: 'other' })).not.toEqual(first);
    state.nowMs += 1;
    const second = await authToken(target);
    expect(second.token).not.toBe(first.token);
    expect(second.expiresAt).toEqual(new Date(state.nowMs + 900_000));
  });

  it('ends with the credentials that signed it', async () => {
    const expiration = new Date(START + 300_000);
    const { state, authToken } = source({ accessKeyId: 'A', secretAccessKey: 's', expiration });
    const first = await authToken(target);
    expect(first.expiresAt).toEqual(expiration);
    state.nowMs += 240_000;
    expect((await authToken(target)).token).not.toBe(first.token);
  });

  it('is over when the access key changes, however young it is', async () => {
    const { state, authToken } = source({ accessKeyId: 'A', secretAccessKey: 's', sessionToken: 't' });
    const first = await authToken(target);
    state.credentials = { accessKeyId: 'B', secretAccessKey: 's', sessionToken: 't' };
    const second = await authToken(target);
    expect(second.token).toContain('X-Amz-Credential=B%2F');
    state.credentials = { accessKeyId: 'B', secretAccessKey: 's', sessionToken: 'u' };
    expect((await authToken(target)).token).not.toBe(second.token);
    expect(first.token).toContain('X-Amz-Credential=A%2F');
  });

  it.each<[Partial<Record<string, unknown>>, RegExp]>([
    [{ host: 'h/?a=b', port: 0, user: '' }, /'host' is not a host name; 'port' is not from 1 to 65535; 'user' is not/],
    [{ host: 'h\r\nx: y' }, /'host'/],
    [{ user: 'a\nb' }, /'user'/],
    [{ region: 'eu/west' }, /'region'/],
    [{ service: 's3' }, /'service' is not 'rds', 'dsql' or 'elasticache'/],
    [{ service: 'elasticache', cache: 'a.b' }, /'cache'/],
  ])('is not made for %j', async (wrong, reason) => {
    const { authToken } = source({ accessKeyId: 'A', secretAccessKey: 's' });
    await expect(authToken({ ...target, ...wrong } as AuthTokenTarget)).rejects.toThrow(reason);
  });

  it("says what to pass when credentials are left to the SDK's chain", async () => {
    const authToken = createAuthTokens(createAws({ env: { AWS_PROFILE: 'dev', AWS_REGION: region } }));
    await expect(authToken(target)).rejects.toMatchObject({
      awsCode: 'CredentialsProviderError',
      message: expect.stringMatching(/AWS_PROFILE is set; pass 'credentials'/),
    });
  });

  it("uses the container's credentials and region of the port", async () => {
    const aws = createAws({ env: { AWS_REGION: region, AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 's' } });
    expect((await createAuthTokens(aws)(target)).token).toMatch(
      /^h:5432\/\?Action=connect&DBUser=app&X-Amz-Algorithm=/,
    );
  });
});
