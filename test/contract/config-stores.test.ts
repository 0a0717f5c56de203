import { randomUUID } from 'node:crypto';
import { createAws } from '@twelvefold/aws';
import type { ConfigDefinition } from '@twelvefold/config';
import {
  defineConfig,
  env,
  loadConfig,
  param,
  parameterStore,
  Secret,
  secret,
  secretsManager,
} from '@twelvefold/config';
import { configDoctorCommand, configPushCommand } from '@twelvefold/config/internal/cli';
import type { LocalAws } from '@twelvefold/local';
import { provision, startLocalAws } from '@twelvefold/local';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';

const foreign = process.env.AWS_ENDPOINT_URL;
const region = 'us-east-1';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
let local: LocalAws | undefined;
let endpoint = '';
beforeAll(async () => {
  local = foreign === undefined ? await startLocalAws() : undefined;
  endpoint = foreign ?? local?.url ?? '';
});
afterAll(() => local?.close());
const port = () => createAws({ env: {}, endpoint, region, credentials });
const newStage = () => `s${randomUUID().slice(0, 8)}`;

/** Does the part of a deployment. */
const deploy = (resources: readonly object[]) => {
  const Resources = Object.fromEntries(resources.map((resource, at) => [`R${at}`, resource]));
  return provision({ Resources }, { endpoint, region, credentials });
};
/** As @twelvefold/cdk makes them (its data.test.ts). */
const emptySecret = (Name: string) => ({ Type: 'AWS::SecretsManager::Secret', Properties: { Name } });
const parameter = (Name: string, Value: string) => ({
  Type: 'AWS::SSM::Parameter',
  Properties: { Name, Type: 'String', Value },
});

async function push(config: ConfigDefinition, stage: string, values: object, flags = ['write']) {
  const given: Record<string, string> = { module: 'app.ts', export: 'app', stage, from: 'values.json' };
  let [stdout, stderr] = ['', ''];
  const input = {
    text: (name: string) => given[name] ?? '',
    optional: (name: string) => given[name],
    flag: (name: string) => flags.includes(name),
  };
  const io = {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
    env: {},
    load: async () => ({ name: 'orders', config }),
    readFile: async () => JSON.stringify(values),
    writeFile: async () => {},
    aws: port(),
    sleep: async () => {},
  };
  const run = flags.includes('doctor') ? configDoctorCommand.run : configPushCommand.run;
  return { code: await run(input, io), stdout, stderr };
}

const load = (config: ConfigDefinition, stage: string) =>
  loadConfig(config, { app: 'orders', stage, env: {}, aws: port() });

interface Sample {
  readonly schema: z.core.$ZodType;
  /** As the file to push has it, and as it is loaded. */
  readonly value: unknown;
  /** A secret of Secrets Manager, which the stack makes. */
  readonly secret?: 'whole' | 'key';
}

const characters = fc
  .string({ minLength: 1, maxLength: 30, unit: 'grapheme' })
  .filter((text) => !/\{\{.*\}\}/s.test(text));
const sample: fc.Arbitrary<Sample> = fc.oneof(
  characters.map((value) => ({ schema: z.string(), value })),
  fc.integer().map((value) => ({ schema: z.coerce.number(), value })),
  fc.boolean().map((value) => ({ schema: z.union([z.boolean(), z.stringbool()]), value })),
  fc.array(characters).map((value) => ({ schema: z.array(z.string()), value })),
  fc
    .record({ n: fc.nat(), s: characters })
    .map((value) => ({ schema: param(z.object({ n: z.number(), s: z.string() })), value })),
  characters.map((value) => ({ schema: secret(z.string(), { parameter: true }), value })),
  characters.map((value): Sample => ({ schema: secret(z.string()), value, secret: 'whole' })),
  characters.map((value): Sample => ({ schema: z.string(), value, secret: 'key' })),
) as fc.Arbitrary<Sample>; // what differs is the schemas' type
const schemas = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,6}([A-Z][a-z]{1,4})?$/).map((name) => `k${name}`),
  fc.oneof(sample, fc.dictionary(fc.stringMatching(/^k[a-z]{1,6}$/), sample, { minKeys: 1, maxKeys: 4 })),
  { minKeys: 1, maxKeys: 6 },
);
const isSample = (one: Sample | Record<string, Sample>): one is Sample => 'schema' in one && 'value' in one;

const revealed = (value: unknown): unknown => {
  if (Secret.isInstance(value)) return value.reveal();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, revealed(child)]));
};

describe(`config in the stores of ${foreign ?? 'the embedded endpoint'}`, () => {
  it('any schema: declared, deployed, pushed and loaded is equal', async () => {
    await fc.assert(
      fc.asyncProperty(schemas, async (tree) => {
        const stage = newStage();
        const secrets = new Set<string>();
        const shapeOf = (one: Sample, path: string): z.core.$ZodType => {
          if (one.secret === undefined) return one.schema;
          const id = one.secret === 'key' ? 'document' : path;
          secrets.add(`orders/${stage}/${id}`);
          if (one.secret === 'whole') return one.schema;
          return secret(z.string(), { id: `{app}/{stage}/${id}`, jsonKey: path }) as unknown as z.core.$ZodType; // as in `sample`
        };
        const shape = Object.fromEntries(
          Object.entries(tree).map(([name, node]) => {
            if (isSample(node)) return [name, shapeOf(node, name)];
            const below = Object.entries(node).map(([key, one]) => [key, shapeOf(one, `${name}/${key}`)]);
            return [name, z.object(Object.fromEntries(below))];
          }),
        );
        const values = Object.fromEntries(
          Object.entries(tree).map(([name, node]) => [
            name,
            isSample(node)
              ? node.value
              : Object.fromEntries(Object.entries(node).map(([key, one]) => [key, one.value])),
          ]),
        );
        const config = defineConfig({ schema: z.object(shape), sources: [env(), parameterStore(), secretsManager()] });
        await deploy([...secrets].map(emptySecret));
        const pushed = await push(config, stage, values);
        expect(pushed.code, pushed.stderr).toBe(0);
        expect(revealed(await load(config, stage))).toEqual(values);
        expect((await push(config, stage, values)).stdout).not.toMatch(/^[+~]/m);
      }),
      { numRuns: 25 },
    );
  });

  it('a deployment of a changed template leaves pushed values alone, and moves only what it owns', async () => {
    const stage = newStage();
    const config = (rate: number) =>
      defineConfig({
        schema: z.object({
          rate: z._default(z.coerce.number(), rate),
          region: z._default(param(z.string(), { provisioned: true }), rate === 1 ? 'eu' : 'us'),
          key: secret(z.string()),
        }),
        sources: [env(), parameterStore(), secretsManager()],
      });
    const stack = (region: string) => [
      emptySecret(`orders/${stage}/key`),
      parameter(`/orders/${stage}/region`, region),
    ];
    await deploy(stack('eu'));
    expect((await push(config(1), stage, { rate: 5, key: 'pushed' })).code).toBe(0);
    expect(revealed(await load(config(1), stage))).toEqual({ rate: 5, region: 'eu', key: 'pushed' });
    await deploy(stack('us'));
    expect(revealed(await load(config(2), stage))).toEqual({ rate: 5, region: 'us', key: 'pushed' });
    const refused = await push(config(2), stage, { region: 'ap' });
    expect([refused.code, refused.stderr]).toEqual([78, expect.stringContaining('region: the infrastructure owns it')]);
  });

  it('values at the limits of the stores, and a value that they would refuse is reported before anything is written', async () => {
    const stage = newStage();
    const config = defineConfig({
      schema: z.object({ big: z.string(), other: z.optional(z.string()), key: secret(z.string()) }),
      sources: [env(), parameterStore(), secretsManager()],
    });
    await deploy([emptySecret(`orders/${stage}/key`)]);
    const values = { big: 'é'.repeat(4_096), key: 'k'.repeat(65_536) };
    expect((await push(config, stage, values)).code).toBe(0);
    expect(revealed(await load(config, stage))).toEqual(values);
    for (const [wrong, why] of [
      [{ big: 'x'.repeat(8_193) }, 'big: it is longer than the 8 KB of a parameter'],
      [{ big: '' }, 'big: Parameter Store takes no empty value'],
      [{ big: 'a {{ssm:x}} b' }, 'big: Parameter Store takes no {{...}} in a value'],
      [{ key: 'é'.repeat(32_769) }, 'key: it is longer than the 65,536 bytes of a secret'],
    ] as const) {
      const { code, stderr } = await push(config, stage, { other: 'not written', ...wrong });
      expect([code, stderr]).toEqual([78, expect.stringContaining(why)]);
    }
    expect(revealed(await load(config, stage))).toEqual(values);
  });

  it('a label that is moved and the stage of a rotation are read as the schema says', async () => {
    const stage = newStage();
    const config = defineConfig({
      schema: z.object({
        live: param(z.string(), { name: '/{app}/{stage}/text', version: 'live' }),
        first: param(z.string(), { name: '/{app}/{stage}/text', version: 1 }),
        latest: param(z.string(), { name: '/{app}/{stage}/text' }),
        key: secret(z.string()),
        previous: z.optional(secret(z.string(), { id: '{app}/{stage}/key', versionStage: 'AWSPREVIOUS' })),
      }),
      sources: [env(), parameterStore(), secretsManager()],
    });
    await deploy([emptySecret(`orders/${stage}/key`)]);
    await push(config, stage, { live: 'one', key: 'k1' });
    expect(revealed(await load(config, stage))).toEqual({ live: 'one', first: 'one', latest: 'one', key: 'k1' });
    await push(config, stage, { latest: 'two', key: 'k2' });
    expect(revealed(await load(config, stage))).toEqual({
      live: 'one',
      first: 'one',
      latest: 'two',
      key: 'k2',
      previous: 'k1',
    });
    const refused = await push(config, stage, { first: 'x', previous: 'x' });
    expect(refused.stderr).toMatch(
      /first: the schema reads version 1 .*\n.*previous: the schema reads the stage AWSPREVIOUS/,
    );
  });
});
