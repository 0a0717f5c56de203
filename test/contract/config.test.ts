import { randomUUID } from 'node:crypto';
import { createAws, ssm } from '@twelvefold/aws';
import { ConfigError, defineConfig, env, loadConfig, parameterStore, secret, secretsManager } from '@twelvefold/config';
import type { LocalAws } from '@twelvefold/local';
import { startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { TRANSPORT } from './support/transport.ts';

const foreign = process.env.AWS_ENDPOINT_URL;
// A new stage, so that a foreign endpoint's older state does not affect the result.
const target = { app: 'orders', stage: `s${randomUUID().slice(0, 8)}` };
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
let local: LocalAws | undefined;
let endpoint: string;

beforeAll(async () => {
  local = foreign === undefined ? await startLocalAws() : undefined;
  endpoint = foreign ?? local?.url ?? '';
});
afterAll(() => local?.close());

const port = (url = endpoint) =>
  createAws({ env: TRANSPORT, endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 }).as('contract');

/** The port has no CreateSecret: an app reads secrets, a template creates them. */
async function createSecret(name: string, value?: string): Promise<void> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.CreateSecret',
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/secretsmanager/aws4_request, Signature=none',
    },
    body: JSON.stringify({ Name: name, ClientRequestToken: randomUUID(), SecretString: value }),
  });
  if (!response.ok) throw new Error(`CreateSecret answered ${response.status}: ${await response.text()}`);
}

async function putParameter(key: string, value: string): Promise<void> {
  const name = `/${target.app}/${target.stage}/${key}`;
  await port().call(ssm, 'PutParameter', { Name: name, Value: value, Type: 'String' }, { access: 'write' });
}

const names = Array.from({ length: 25 }, (_, index) => `p${index}`);
const ids = Array.from({ length: 5 }, (_, index) => `s${index}`);
const definition = defineConfig({
  schema: z.object({
    plain: z.object(Object.fromEntries(names.map((name) => [name, z.coerce.number()]))),
    keys: z.object(Object.fromEntries(ids.map((id) => [id, secret(z.string())]))),
  }),
  sources: [env(), parameterStore(), secretsManager()],
});

describe(`config on ${foreign ?? 'the embedded endpoint'}`, () => {
  beforeAll(async () => {
    for (const [index, name] of names.entries()) await putParameter(`plain/${name}`, String(index));
    for (const id of ids) await createSecret(`${target.app}/${target.stage}/keys/${id}`, `value of ${id}`);
  });

  it('loads 25 parameters and 5 secrets in 3 calls', async () => {
    local?.clearCalls();
    const config = await loadConfig(definition, { ...target, env: {}, aws: port() });
    expect(Object.values(config.plain)).toEqual(names.map((_, index) => index));
    expect(Object.values(config.keys).map((key) => key.reveal())).toEqual(ids.map((id) => `value of ${id}`));
    if (local) expect(local.calls().map(({ operation }) => operation)).toEqual(Array(3).fill('GetParameters'));
  });

  it('finds exactly the missing names, plain and secret, and the secret without a value', async () => {
    const wider = defineConfig({
      schema: z.object({
        plain: z.object({ p0: z.coerce.number(), absent: z.string(), spare: z._default(z.string(), 'x') }),
        keys: z.object({ s0: secret(z.string()), absent: secret(z.string()), empty: secret(z.string()) }),
      }),
      sources: [parameterStore(), secretsManager()],
    });
    await createSecret(`${target.app}/${target.stage}/keys/empty`);
    const error: unknown = await loadConfig(wider, { ...target, aws: port() }).catch((cause: unknown) => cause);
    expect(ConfigError.isInstance(error) && error.faults.map(({ key, reason }) => `${key} ${reason}`)).toEqual([
      'plain.absent missing',
      'keys.absent missing',
      'keys.empty missing',
    ]);
  });

  it('says that an endpoint that is down may come back, and names it', async () => {
    const down = 'http://127.0.0.1:1';
    const error: unknown = await loadConfig(definition, { ...target, env: {}, aws: port(down) }).catch(
      (cause: unknown) => cause,
    );
    expect(error).toMatchObject({ name: 'ConfigError', retryable: true });
    expect(String(error)).toContain(`${down} is unreachable`);
    expect(ConfigError.isInstance(error) && error.faults.every(({ reason }) => reason === 'unreachable')).toBe(true);
  });

  it.runIf(foreign === undefined)('says that a throttled store may answer later', async () => {
    local?.faults.add({ service: 'ssm', operation: 'GetParameters', kind: 'throttle', times: 1 });
    const error: unknown = await loadConfig(definition, { ...target, env: {}, aws: port() }).catch(
      (cause: unknown) => cause,
    );
    local?.faults.clear();
    expect(error).toMatchObject({ name: 'ConfigError', retryable: true });
    expect(ConfigError.isInstance(error) && error.faults).toHaveLength(10);
  });
});
