import type { ConfigDefinition } from '@twelvefold/config';
import { Secret } from '@twelvefold/config/internal';

/** Values that are given whole. */
type LeafValue = string | number | boolean | bigint | symbol | null | undefined | Date | RegExp | URL;

/**
 * The part of a config that a handler reads, as a test gives it: any keys, and plain values in
 * place of secrets.
 * @inline
 */
export type TestConfig<C> =
  C extends Secret<infer V>
    ? V | Secret<V>
    : C extends LeafValue | readonly unknown[] | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>
      ? C
      : C extends object
        ? { readonly [K in keyof C]?: TestConfig<C[K]> }
        : C;

/**
 * Reads of these keys only ask what a value is: printing, awaiting and comparing a config must not
 * fail.
 */
const PROBED = new Set(['then', 'toJSON', 'asymmetricMatch', 'nodeType', '$$typeof', 'constructor']);

/**
 * Makes the config of a test: plain values of secrets become secrets, and a key that was not given
 * throws when it is read.
 */
export function testConfig(given: unknown, definition: ConfigDefinition | undefined): unknown {
  const secrets = new Set<string>();
  for (const leaf of [...(definition?.leaves ?? []), ...(definition?.derived ?? [])]) {
    if (leaf.secret) secrets.add(leaf.key);
  }
  const groups = groupsOf(definition);
  const build = (value: unknown, path: readonly string[]): unknown => {
    const key = path.join('.');
    if (secrets.has(key)) return Secret.isInstance(value) || value === undefined ? value : new Secret(value, key);
    if (!groups.has(key) || typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([name, child]) => [name, build(child, [...path, name])]);
    return strictConfig(Object.fromEntries(entries), path);
  };
  return build(given ?? {}, []);
}

/** The keys of the schema's objects; the empty one is the config itself. */
function groupsOf(definition: ConfigDefinition | undefined): Set<string> {
  const groups = new Set(['']);
  for (const { path } of [...(definition?.leaves ?? []), ...(definition?.derived ?? [])]) {
    for (let length = 1; length < path.length; length += 1) groups.add(path.slice(0, length).join('.'));
  }
  return groups;
}

function strictConfig(target: object, path: readonly string[]): object {
  return new Proxy(Object.freeze(target), {
    get: (object, property) => {
      if (typeof property === 'symbol' || Reflect.has(object, property) || PROBED.has(property)) {
        return Reflect.get(object, property);
      }
      const full = [...path, property];
      const hint = full.reduceRight((inner, name) => `{ ${name}: ${inner} }`, '...');
      throw new TypeError(
        `Cannot use config.${full.join('.')} in this test: give it as testContext(app, { config: ${hint} })`,
      );
    },
  });
}
