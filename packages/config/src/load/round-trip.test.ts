import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { defineConfig } from '../define-config.ts';
import { ConfigError } from '../errors/config-error.ts';
import { fakeStores } from '../fake-stores.fixture.ts';
import { secret } from '../schema/secret.ts';
import { Secret } from '../secret.ts';
import { file } from '../sources/file-source.ts';
import { env, memory, parameterStore, secretsManager } from '../sources/sources.ts';
import { loadConfig } from './load-config.ts';

/**
 * One key of a generated schema: its schema, the value it stands for, and the text that a store
 * holds.
 */
interface Sample {
  readonly schema: z.ZodMiniType;
  readonly value: unknown;
  readonly text: string;
  readonly secret: boolean;
}
type Tree = { readonly [key: string]: Tree | Sample };

const isSample = (node: Tree | Sample): node is Sample => 'schema' in node && 'text' in node;
const text = fc.string({ minLength: 1, unit: 'grapheme' });
const json = (schema: z.ZodMiniType, value: unknown) => ({ schema, value, text: JSON.stringify(value) });
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0));

const plain = fc.oneof(
  text.map((value) => ({ schema: z.string(), value, text: value })),
  finite.map((value) => ({ schema: z.coerce.number(), value, text: String(value) })),
  fc.bigInt().map((value) => ({ schema: z.coerce.bigint(), value, text: String(value) })),
  fc.boolean().map((value) => ({ schema: z.stringbool(), value, text: value ? 'Yes' : 'off' })),
  fc.date({ noInvalidDate: true }).map((value) => ({ schema: z.coerce.date(), value, text: value.toISOString() })),
  fc.constantFrom('a', 'b').map((value) => ({ schema: z.enum(['a', 'b']), value, text: value })),
  fc.array(text).map((value) => json(z.array(z.string()), value)),
  fc
    .record({ host: text, port: fc.nat() })
    .map((value) => json(z.array(z.object({ host: z.string(), port: z.number() })), [value])),
  fc
    .dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.nat())
    .map((value) => json(z.record(z.string(), z.number()), { ...value })),
);
const leaf: fc.Arbitrary<Sample> = fc
  .tuple(plain, fc.boolean(), fc.constantFrom('bare', 'optional', 'nullable'))
  .map(([sample, hidden, wrapper]) => {
    // The wrappers' types are narrower than the one that a generated schema can have.
    const marked = (hidden ? secret(sample.schema) : sample.schema) as z.ZodMiniType;
    const schema = wrapper === 'optional' ? z.optional(marked) : wrapper === 'nullable' ? z.nullable(marked) : marked;
    return { ...sample, schema, secret: hidden };
  });
// A prefix keeps two generated keys from meeting in the environment, or with a name of the host.
const key = fc.stringMatching(/^[a-z]{1,6}([A-Z][a-z]{1,6})?$/).map((name) => `k${name}`);
const { tree } = fc.letrec<{ tree: Tree; node: Tree | Sample }>((tie) => ({
  node: fc.oneof({ maxDepth: 3, withCrossShrink: true }, leaf, tie('tree')),
  tree: fc.dictionary(key, tie('node'), { minKeys: 1, maxKeys: 5, noNullPrototype: true }) as fc.Arbitrary<Tree>,
}));

function schemaOf(node: Tree): z.ZodMiniObject {
  const shape = Object.entries(node).map(([name, child]) => [name, isSample(child) ? child.schema : schemaOf(child)]);
  return z.object(Object.fromEntries(shape));
}
function valuesOf(node: Tree, pick: (sample: Sample) => unknown): Record<string, unknown> {
  const values = Object.entries(node).map(([name, child]) => [
    name,
    isSample(child) ? pick(child) : valuesOf(child, pick),
  ]);
  return Object.fromEntries(values);
}
function samplesOf(node: Tree, path: string[] = []): Array<{ path: string[]; sample: Sample }> {
  return Object.entries(node).flatMap(([name, child]) =>
    isSample(child) ? [{ path: [...path, name], sample: child }] : samplesOf(child, [...path, name]),
  );
}
function revealed(value: unknown): unknown {
  if (Secret.isInstance(value)) return value.reveal();
  if (typeof value !== 'object' || value === null || value instanceof Date || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, revealed(child)]));
}
function storesOf(node: Tree) {
  const named = (hidden: boolean, prefix: string) =>
    Object.fromEntries(
      samplesOf(node)
        .filter(({ sample }) => sample.secret === hidden)
        .map(({ path, sample }) => [`${prefix}${path.join('/')}`, sample.text]),
    );
  return { parameters: named(false, '/orders/test/'), secrets: named(true, 'orders/test/') };
}

const target = { app: 'orders', stage: 'test' };
const define = (node: Tree) => {
  try {
    return defineConfig({
      schema: schemaOf(node),
      sources: [env(), parameterStore(), secretsManager(), file('config.json')],
    });
  } catch {
    // Two generated keys can still share a variable (kaB, ka.b): refused, as it should be.
    return undefined;
  }
};
const noFile = async () => '{}';

describe('round trip', () => {
  it('values -> stores -> load gives the values back, in as few calls as there can be', async () => {
    await fc.assert(
      fc.asyncProperty(tree, async (node) => {
        const definition = define(node);
        fc.pre(definition !== undefined);
        const aws = fakeStores(storesOf(node));
        const config = await loadConfig(definition, { ...target, env: {}, aws, readFile: noFile });
        expect(revealed(config)).toEqual(valuesOf(node, ({ value }) => value));
        expect(aws.requests).toHaveLength(Math.ceil(definition.leaves.length / 10));
      }),
      { numRuns: 150 },
    );
  });

  it('values -> environment -> load gives the values back without a call', async () => {
    await fc.assert(
      fc.asyncProperty(tree, async (node) => {
        const definition = define(node);
        fc.pre(definition !== undefined);
        const texts = new Map(samplesOf(node).map(({ path, sample }) => [path.join('.'), sample.text]));
        const variables = Object.fromEntries(definition.leaves.map((found) => [found.env, texts.get(found.key)]));
        const config = await loadConfig(definition, { ...target, env: variables, readFile: noFile });
        expect(revealed(config)).toEqual(valuesOf(node, ({ value }) => value));
      }),
      { numRuns: 100 },
    );
  });

  it('typed values in memory load to themselves', async () => {
    await fc.assert(
      fc.asyncProperty(tree, async (node) => {
        const definition = define(node);
        fc.pre(definition !== undefined);
        const values = valuesOf(node, ({ value }) => value);
        const config = await loadConfig({ ...definition, sources: [memory(values)] }, target);
        expect(revealed(config)).toEqual(values);
      }),
      { numRuns: 100 },
    );
  });

  it('denied names are exactly the faults', async () => {
    await fc.assert(
      fc.asyncProperty(tree, fc.infiniteStream(fc.boolean()), async (node, coins) => {
        const definition = define(node);
        fc.pre(definition !== undefined);
        const samples = samplesOf(node).filter(() => coins.next().value);
        const denied = samples.map(({ path, sample }) => `${sample.secret ? '' : '/'}orders/test/${path.join('/')}`);
        const aws = fakeStores({ ...storesOf(node), denied });
        const result = await loadConfig(definition, { ...target, env: {}, aws, readFile: noFile }).catch(
          (error: unknown) => error,
        );
        const faults = ConfigError.isInstance(result) ? result.faults : [];
        expect(faults.map((fault) => `${fault.key} ${fault.reason}`).toSorted()).toEqual(
          samples.map(({ path }) => `${path.join('.')} denied`).toSorted(),
        );
      }),
      { numRuns: 100 },
    );
  });
});
