import type { FaultReason } from '../errors/config-fault.ts';
import { storeName } from '../plan.ts';
import type { Decoded } from '../schema/decode.ts';
import { decodeText, decodeValue } from '../schema/decode.ts';
import type { ConfigLeaf } from '../schema/leaf.ts';
import type { ConfigTarget } from '../schema/names.ts';
import type { ConfigSource } from '../sources/source.ts';
import { valueAt } from '../value-at.ts';
import { describeFailure } from './describe-failure.ts';
import type { StoreAnswer } from './fetch-names.ts';
import type { FileContent } from './read-file-source.ts';
import { sourceLabel } from './source-label.ts';

/** Everything that was read, before precedence decides. */
export interface Readings {
  readonly sources: readonly ConfigSource[];
  readonly target: ConfigTarget;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly answers: ReadonlyMap<string, StoreAnswer>;
  readonly files: readonly FileContent[];
}

/** What the sources have for a leaf. `raw` is what was found, before decoding. */
export type Found =
  | { readonly kind: 'absent' }
  | { readonly kind: 'value'; readonly value: unknown; readonly raw: unknown; readonly source: string }
  | {
      readonly kind: 'fault';
      readonly reason: FaultReason;
      readonly detail: string;
      readonly source?: string;
      readonly raw?: unknown;
      readonly cause?: Error;
    };

/**
 * The winning value of a leaf: environment, then memory, then stores, then files. A store that would not say is a fault even if
 * a file has a value, for the store's would have won.
 */
export function findValue(leaf: ConfigLeaf, readings: Readings): Found {
  const { sources, env, files } = readings;
  const variable = env[leaf.env];
  if (variable !== undefined && variable !== '' && sources.some((source) => source.kind === 'env')) {
    return found(decodeText(leaf, variable), variable, sourceLabel.env(leaf));
  }
  for (const source of sources) {
    if (source.kind !== 'memory') continue;
    const value = valueAt(source.values, leaf);
    if (value !== undefined) return found(decodeValue(leaf, value), value, sourceLabel.memory());
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
  const name = storeName(leaf, sources, target);
  const answer = name === undefined ? undefined : answers.get(name);
  if (answer === undefined || answer.kind === 'missing') return { kind: 'absent' };
  if (answer.kind === 'failed') {
    return { kind: 'fault', ...describeFailure(leaf, answer.error, target), cause: answer.error };
  }
  // A StringList is text with commas; an array key reads JSON everywhere else.
  const decoded: Decoded =
    answer.list && leaf.reads === 'json' ? { value: answer.text.split(',') } : decodeText(leaf, answer.text);
  return found(decoded, answer.text, sourceLabel.store(leaf, target));
}

function found(decoded: Decoded, raw: unknown, source: string): Found {
  return 'malformed' in decoded
    ? { kind: 'fault', reason: 'malformed', detail: decoded.malformed, source, raw }
    : { kind: 'value', value: decoded.value, raw, source };
}
