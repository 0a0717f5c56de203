import type { AwsError } from '@twelvefold/aws';
import { isSetupError } from '@twelvefold/aws/internal';
import type { FaultReason } from '../errors/config-fault.ts';
import { lookupOf } from '../plan/lookup.ts';
import type { ConfigLeaf } from '../schema/leaf.ts';
import type { ConfigTarget } from '../schema/names.ts';
import { atTarget } from '../schema/names.ts';
import type { Decoded } from '../schema/text.ts';
import { decodeText, decodeValue } from '../schema/text.ts';
import type { CustomContent } from '../sources/custom-source.ts';
import type { FileContent } from '../sources/file-source.ts';
import type { ConfigSource } from '../sources/sources.ts';
import { valueAt } from '../value-at.ts';
import { sourceLabel } from './source-label.ts';
import type { StoreAnswer } from './store-answer.ts';

/** Everything that was read, before precedence decides. */
export interface Readings {
  readonly sources: readonly ConfigSource[];
  readonly target: ConfigTarget;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly answers: ReadonlyMap<string, StoreAnswer>;
  readonly customs: readonly CustomContent[];
  readonly files: readonly FileContent[];
}

/** The value of a leaf in the sources. `raw` is the value before decoding. */
export type Found =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'value';
      readonly value: unknown;
      readonly raw: unknown;
      readonly source: string;
      readonly answer?: StoreAnswer;
    }
  | {
      readonly kind: 'fault';
      readonly reason: FaultReason;
      readonly detail: string;
      readonly source?: string;
      readonly raw?: unknown;
      readonly cause?: Error;
    };

/**
 * The winning value of a leaf: environment, then memory, then stores, then files. A store that
 * would not say is a fault even if a file has a value, for the store's would have won.
 */
export function findValue(leaf: ConfigLeaf, readings: Readings): Found {
  const { sources, env, files } = readings;
  const variable = env[leaf.env];
  if (variable !== undefined && variable !== '' && sources.some((source) => source.kind === 'env')) {
    const decoded = typeof variable === 'string' ? decodeText(leaf, variable) : { malformed: 'expected text' };
    return found(decoded, variable, sourceLabel.env(leaf));
  }
  for (const source of sources) {
    if (source.kind !== 'memory') continue;
    const value = valueAt(source.values, leaf);
    if (value !== undefined) return found(decodeValue(leaf, value), value, sourceLabel.memory());
  }
  for (const custom of readings.customs) {
    if (!custom.requested.has(leaf.key)) continue;
    if (custom.fault) return { kind: 'fault', ...custom.fault, source: custom.source.name };
    const value = Object.hasOwn(custom.values, leaf.key) ? custom.values[leaf.key] : undefined;
    if (value !== undefined) return found(decodeValue(leaf, value), value, custom.source.name);
  }
  const stored = fromStore(leaf, readings);
  if (stored.kind !== 'absent') return stored;
  for (const file of files) {
    const value = file.format === 'env' ? file.values?.[leaf.env] || undefined : valueAt(file.values, leaf);
    if (value !== undefined) return found(decodeValue(leaf, value), value, sourceLabel.file(file.path));
  }
  return { kind: 'absent' };
}

function fromStore(leaf: ConfigLeaf, { sources, target, answers }: Readings): Found {
  const lookup = lookupOf(leaf, sources, target);
  const answer = lookup === undefined ? undefined : answers.get(lookup.name);
  if (answer === undefined || answer.kind === 'missing') return { kind: 'absent' };
  if (answer.kind === 'failed') {
    return { kind: 'fault', ...describeFailure(leaf, answer.error, target), cause: answer.error };
  }
  const source = sourceLabel.store(leaf, target);
  const malformed = (detail: string, raw?: string): Found => ({
    kind: 'fault',
    reason: 'malformed',
    detail,
    source,
    raw,
  });
  if (answer.kind === 'binary') return malformed('expected text, found a binary secret');
  if (leaf.place.in === 'parameterStore' && leaf.place.secure && answer.type !== 'SecureString') {
    return malformed(`expected a SecureString, found a ${answer.type ?? 'String'}`, answer.text);
  }
  // It was encrypted because it is a secret, and a plain key is printed.
  if (leaf.place.in === 'parameterStore' && !leaf.place.secure && answer.type === 'SecureString') {
    return malformed('found a SecureString; mark the key, e.g. secret(z.string(), { parameter: true })', answer.text);
  }
  if (leaf.place.in === 'secretsManager' && leaf.place.jsonKey !== undefined) {
    const part = jsonKeyOf(answer.text, leaf.place.jsonKey);
    if ('malformed' in part) return malformed(part.malformed, answer.text);
    if (part.value === undefined) return { kind: 'absent' };
    return found(decodeValue(leaf, part.value), part.value, source, answer);
  }
  // A StringList is text with commas; an array key reads JSON everywhere else.
  const decoded: Decoded =
    answer.type === 'StringList' && leaf.reads === 'json'
      ? { value: answer.text.split(',') }
      : decodeText(leaf, answer.text);
  return found(decoded, answer.text, source, answer);
}

function jsonKeyOf(text: string, key: string): { readonly value: unknown } | { readonly malformed: string } {
  try {
    const whole: unknown = JSON.parse(text);
    if (typeof whole === 'object' && whole !== null && !Array.isArray(whole)) {
      // JSON's own objects have string keys; what is there is checked by the schema.
      return { value: Object.hasOwn(whole, key) ? (whole as Record<string, unknown>)[key] : undefined };
    }
  } catch {
    // The parser's own message quotes the text.
  }
  return { malformed: `expected a JSON object with the key ${key}` };
}

function found(decoded: Decoded, raw: unknown, source: string, answer?: StoreAnswer): Found {
  return 'malformed' in decoded
    ? { kind: 'fault', reason: 'malformed', detail: decoded.malformed, source, raw }
    : { kind: 'value', value: decoded.value, raw, source, ...(answer === undefined ? {} : { answer }) };
}

/**
 * Whether a failed call means that this name is denied, that the store could not be asked, or that
 * it refuses the request.
 */
function describeFailure(
  { place }: ConfigLeaf,
  error: AwsError,
  target: ConfigTarget,
): { readonly reason: FaultReason; readonly detail: string } {
  // The port's message names the endpoint, and a read has no value to quote.
  if (error.retryable) return { reason: 'unreachable', detail: error.message };
  // The same setting is missing for every call: the reason without the call is one line for all
  // keys.
  if (isSetupError(error)) return { reason: 'unconfigured', detail: error.message.replace(/^[^:]*: /, '') };
  if (/denied|unauthorized|notauthorized/i.test(error.awsCode)) {
    const grant =
      place.in === 'parameterStore'
        ? `ssm:GetParameters on parameter ${atTarget(place.name, target)}`
        : `secretsmanager:GetSecretValue on secret ${atTarget(place.id, target)}, and ssm:GetParameters`;
    return {
      reason: 'denied',
      detail: `${error.awsCode}; the role needs ${grant} (and kms:Decrypt for a key of your own)`,
    };
  }
  // Credentials that have expired, a key that cannot decrypt, a name that the store will not take.
  return { reason: 'denied', detail: error.message };
}
