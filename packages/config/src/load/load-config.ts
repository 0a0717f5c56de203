import type { Aws } from '@twelvefold/aws';
import { assertKnownOptions } from '../assert-known-options.ts';
import type { ConfigDefinition } from '../define-config.ts';
import { ConfigError } from '../errors/config-error.ts';
import { planCalls, suppliedAbove } from '../plan.ts';
import type { ConfigTarget } from '../schema/names.ts';
import { assertTarget } from '../schema/names.ts';
import { assemble } from './assemble.ts';
import { collectFaults } from './collect-faults.ts';
import { fetchNames } from './fetch-names.ts';
import type { Found, Readings } from './find-value.ts';
import { findValue } from './find-value.ts';
import { freeze } from './freeze.ts';
import type { ReadFile } from './read-file-source.ts';
import { readFileSource } from './read-file-source.ts';
import { reportSecrets } from './report-secrets.ts';
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
  /** Told every text that must never be printed, also when the load ends in faults: seed a logger's redactor with it. */
  onSecret?: ((value: string, key: string) => void) | undefined;
}

const OPTIONS = ['app', 'stage', 'env', 'aws', 'signal', 'readFile', 'onSecret'];

/**
 * Loads a config: one parallel round trip for what the environment does not supply, then the schema, then a deeply frozen
 * object whose reads are plain property reads.
 *
 * @throws ConfigError with every fault at once; `retryable` when all that is wrong is a store that could not be asked.
 * @throws TypeError for an unknown option, an impossible app or stage, or a source without what it needs.
 * @example
 * ```ts
 * const config = await loadConfig(definition, { app: 'orders', stage: 'prod', env: process.env, aws: createAws({ env: process.env }) });
 * config.pricing.taxRate; // number
 * config.payments.apiKey.reveal(); // string
 * ```
 */
export async function loadConfig<T>(definition: ConfigDefinition<T>, options: LoadConfigOptions): Promise<T> {
  const { root, leaves, sources, schema } = definition;
  const target = { app: options.app, stage: options.stage };
  assertOptions(definition, options);

  const wanted = leaves.filter((leaf) => !suppliedAbove(leaf, sources, options.env));
  const calls = planCalls(wanted, sources, target);
  const [answers, files] = await Promise.all([
    calls.length === 0 ? new Map() : fetchNames(portFor(options), calls, options.signal),
    Promise.all(
      sources
        .filter((source) => source.kind === 'file')
        .map((source) => readFileSource(source, target, options.readFile)),
    ),
  ]);
  options.signal?.throwIfAborted();

  const readings: Readings = { sources, target, env: options.env ?? {}, answers, files };
  const found = new Map(leaves.map((leaf): [typeof leaf, Found] => [leaf, findValue(leaf, readings)]));
  const { input } = assemble(root, (leaf) => found.get(leaf) ?? { kind: 'absent' });
  const validated = await validate(schema, leaves, input);
  const output = 'output' in validated ? validated.output : undefined;
  if (options.onSecret) reportSecrets(found, output, options.onSecret);

  const faults = collectFaults(leaves, found, 'complaints' in validated ? validated.complaints : [], readings);
  if (output === undefined || faults.length > 0) {
    const cause = [...found.values()].map((value) => (value.kind === 'fault' ? value.cause : undefined)).find(Boolean);
    throw new ConfigError(target, faults, cause === undefined ? undefined : { cause });
  }
  freeze(output);
  // The schema has validated it; `T` is the schema's own output type, made read-only.
  return output as T;
}

function assertOptions({ sources }: ConfigDefinition, options: LoadConfigOptions): void {
  assertKnownOptions('load config', options, OPTIONS);
  assertTarget(options);
  if (options.env === undefined && sources.some((source) => source.kind === 'env')) {
    throw new TypeError('Cannot load config: env() is a source, so options.env is needed, e.g. process.env');
  }
}

function portFor({ aws }: LoadConfigOptions): Aws {
  if (aws === undefined) {
    throw new TypeError(
      'Cannot load config: a store is a source, so options.aws is needed, e.g. createAws({ env: process.env })',
    );
  }
  return aws;
}
