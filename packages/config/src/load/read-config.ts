import type { Aws } from '@twelvefold/aws';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { ConfigDefinition } from '../define-config.ts';
import type { ConfigFault } from '../errors/config-fault.ts';
import { suppliedAbove } from '../plan/lookup.ts';
import { planCalls } from '../plan/plan-calls.ts';
import type { ConfigGroup, ConfigLeaf, DerivedLeaf } from '../schema/leaf.ts';
import type { ConfigTarget } from '../schema/names.ts';
import { assertTarget } from '../schema/names.ts';
import { Secret } from '../secret.ts';
import { keepPaths } from '../select/select-config.ts';
import type { ReadFile } from '../sources/file-source.ts';
import { valueAt } from '../value-at.ts';
import { collectFaults } from './collect-faults.ts';
import { fetchCalls } from './fetch-calls.ts';
import type { Found, Readings } from './find-value.ts';
import { findValue } from './find-value.ts';
import type { StoreAnswers } from './store-answer.ts';
import { validate } from './validate.ts';

export interface LoadConfigOptions extends ConfigTarget {
  /** The environment to read; needed when `env()` is a source. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** The port to AWS; needed when a store is a source and something has to be fetched. */
  aws?: Aws | undefined;
  /** Ends the load: it rejects with the signal's reason, with nothing left in flight. */
  signal?: AbortSignal | undefined;
  /** @defaultValue `node:fs/promises` */
  readFile?: ReadFile | undefined;
  /**
   * Called with every text that must never be printed, also if the load ends in faults: seed a
   * logger's redactor with it.
   */
  onSecret?: ((value: string, key: string) => void) | undefined;
}

/** Everything that one load found. */
export interface ReadConfig {
  /** The validated values, deeply frozen; absent when there is a fault. */
  readonly output?: Record<string, unknown>;
  readonly faults: readonly ConfigFault[];
  readonly found: ReadonlyMap<ConfigLeaf, Found>;
  /** The cause of the first fault that came from a store. */
  readonly cause?: Error | undefined;
}

const LOAD_OPTIONS = ['app', 'stage', 'env', 'aws', 'signal', 'readFile', 'onSecret'];

/** One parallel round trip for what the environment does not supply, then the schema. */
export async function readConfig(definition: ConfigDefinition, options: LoadConfigOptions): Promise<ReadConfig> {
  if (definition?.kind !== 'config') {
    throw new TypeError('Cannot load config: give what defineConfig() returns, then the options');
  }
  const { root, leaves, derived, sources, schema } = definition;
  const { signal, env = {} } = options;
  const target = { app: options.app, stage: options.stage };
  assertTarget(target);
  if (options.env === undefined && sources.some((source) => source.kind === 'env')) {
    throw new TypeError('Cannot load config: env() is a source, so options.env is needed, e.g. process.env');
  }

  const wanted = leaves.filter((leaf) => !suppliedAbove(leaf, sources, env));
  const calls = planCalls(wanted, sources, target);
  const keysFor = (secrets: boolean) => wanted.filter((leaf) => secrets || !leaf.secret).map(({ key }) => key);
  // Waits for all before it rejects, so that nothing is in flight after an abort.
  const [answers, customs, files] = await settled([
    calls.length === 0 ? Promise.resolve<StoreAnswers>(new Map()) : fetchCalls(portFor(options), calls, signal),
    settled(
      sources.flatMap((source) =>
        source.kind === 'custom' ? [source.ask({ ...target, keys: keysFor(source.secrets), signal })] : [],
      ),
    ),
    settled(sources.flatMap((source) => (source.kind === 'file' ? [source.read(target, options.readFile)] : []))),
  ]);
  signal?.throwIfAborted();

  const readings: Readings = { sources, target, env, answers, customs, files };
  const found = new Map(leaves.map((leaf): [typeof leaf, Found] => [leaf, findValue(leaf, readings)]));
  const { input } = assemble(root, (leaf) => found.get(leaf) ?? { kind: 'absent' });
  const validated = await validate(schema, leaves, input);
  const output = 'output' in validated ? validated.output : undefined;
  const faults = collectFaults(leaves, found, 'complaints' in validated ? validated.complaints : [], readings);
  if (output !== undefined) faults.push(...(derived[0]?.fill(derived, output) ?? []));
  if (options.onSecret) reportSecrets(found, derived, output, options.onSecret);
  if (output === undefined || faults.length > 0) {
    const cause = [...found.values()].map((value) => (value.kind === 'fault' ? value.cause : undefined)).find(Boolean);
    return { faults, found, cause };
  }
  if (definition.paths !== undefined) keepPaths(output, definition.paths);
  freeze(output);
  return { output, faults, found };
}

export function assertLoadOptions(options: object, more: readonly string[] = []): void {
  assertKnownOptions('load config', options, [...LOAD_OPTIONS, ...more]);
}

/** As `Promise.all`, but it waits for all before it rejects. */
async function settled<const P extends ReadonlyArray<Promise<unknown>>>(
  work: P,
): Promise<{ -readonly [K in keyof P]: Awaited<P[K]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

function portFor({ aws }: LoadConfigOptions): Aws {
  if (aws === undefined) {
    throw new TypeError(
      'Cannot load config: a store is a source, so options.aws is needed, e.g. createAws({ env: process.env })',
    );
  }
  return aws;
}

/**
 * Builds the object that the schema reads. An object that may be absent is left out when nothing
 * below it was found; a secret's text travels inside a {@link Secret}.
 */
function assemble(
  group: ConfigGroup,
  foundFor: (leaf: ConfigLeaf) => Found,
): { readonly input: Record<string, unknown>; readonly supplied: boolean } {
  // Without a prototype: zod would find the key `toString` there.
  const input: Record<string, unknown> = Object.create(null);
  let supplied = false;
  for (const [segment, child] of group.children) {
    if ('children' in child) {
      const below = assemble(child, foundFor);
      supplied ||= below.supplied;
      if (below.supplied || !child.optional) input[segment] = below.input;
      continue;
    }
    const found = foundFor(child);
    if (found.kind !== 'value') continue;
    supplied = true;
    input[segment] = child.secret && found.value !== null ? new Secret(found.value, child.key) : found.value;
  }
  return { input, supplied };
}

/**
 * Freezes plain objects and arrays to their depth, secrets' contents included. Dates, maps and the
 * like stay as they are.
 */
function freeze(value: unknown, seen = new Set<unknown>()): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (Secret.isInstance(value)) {
    freeze(value.reveal(), seen);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && !Array.isArray(value)) return;
  // Not stopped by an object that is frozen already: z.readonly() freezes one level.
  Object.freeze(value);
  for (const child of Object.values(value)) freeze(child, seen);
}

/**
 * Tells `onSecret` every text that must not be printed: what the sources hold for secrets,
 * malformed or not, and what the schema made of it. Each once; empty text is left out, for masking
 * it would mask everything.
 */
function reportSecrets(
  found: ReadonlyMap<ConfigLeaf, Found>,
  derived: readonly DerivedLeaf[],
  output: unknown,
  onSecret: (value: string, key: string) => void,
): void {
  const reported = new Set(['']);
  const tell = (value: unknown, key: string): void => {
    if (typeof value === 'string') {
      if (!reported.has(value)) onSecret(value, key);
      reported.add(value);
    } else if (Secret.isInstance(value)) {
      tell(value.reveal(), key);
    } else if (typeof value === 'object' && value !== null) {
      for (const child of Object.values(value)) tell(child, key);
    }
  };
  for (const [leaf, value] of found) {
    if (!leaf.secret) continue;
    if (value.kind !== 'absent') tell(value.raw, leaf.key);
    if (value.kind === 'value') tell(value.value, leaf.key);
    tell(valueAt(output, leaf), leaf.key);
  }
  for (const leaf of derived) if (leaf.secret) tell(valueAt(output, leaf), leaf.key);
}
