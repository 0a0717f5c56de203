import { deepMerge } from '@aws-lambda-powertools/commons/utils/deep-merge';
import type { Scope } from '@twelvefold/lifecycle';

type Fields = Record<string, unknown>;

/** The fields of a Lambda invocation's context that its lines have; the same as Powertools'. */
export interface InvocationContext {
  coldStart: boolean;
  functionName?: string;
  functionVersion?: string;
  memoryLimitInMB?: string;
  invokedFunctionArn?: string;
  awsRequestId?: string;
  tenantId?: string | undefined;
}

/**
 * Keys in force at one place: the logger's own, or those of one scope, which lie over the logger's
 * own.
 */
export interface KeyLayer {
  persistent: Fields;
  temporary: Fields;
  /** Keys of the layer below that do not show through. */
  hiddenPersistent: Set<string> | undefined;
  hiddenTemporary: Set<string> | undefined;
  context: InvocationContext | undefined;
}

export function keyLayer(): KeyLayer {
  return {
    persistent: {},
    temporary: {},
    hiddenPersistent: undefined,
    hiddenTemporary: undefined,
    context: undefined,
  };
}

/**
 * Merges `fields` into `target` as Powertools does: nested objects are merged, not replaced. Never
 * throws.
 */
export function mergeFields(target: Fields, fields: Fields): void {
  try {
    deepMerge(target, fields);
  } catch {
    // A getter inside threw half way. The value itself is kept; reading it again is guarded when
    // the line is made.
    for (const key of Object.keys(fields)) {
      const { value } = Object.getOwnPropertyDescriptor(fields, key) ?? {};
      if (value !== undefined) target[key] = value;
    }
  }
}

/** Merges all of `from` into `target`. */
export function mergeLayer(target: KeyLayer, from: KeyLayer): void {
  mergeFields(target.persistent, from.persistent);
  mergeFields(target.temporary, from.temporary);
  for (const kind of ['hiddenPersistent', 'hiddenTemporary'] as const)
    if (from[kind]) target[kind] = new Set([...(target[kind] ?? []), ...from[kind]]);
  target.context ??= from.context;
}

/** Removes `keys`; in a scope's layer they also stop showing through from below. */
export function hideKeys(layer: KeyLayer, kind: 'persistent' | 'temporary', keys: readonly string[]): void {
  const name = kind === 'persistent' ? 'hiddenPersistent' : 'hiddenTemporary';
  layer[name] ??= new Set();
  const hidden = layer[name];
  for (const key of keys) {
    delete layer[kind][key];
    hidden.add(key);
  }
}

/** Copies what is set in `from` into `to`, except what is hidden. */
export function copyShown(to: Fields, from: Fields, hidden: ReadonlySet<string> | undefined): void {
  for (const key of Object.keys(from)) {
    const value = from[key];
    if (value !== undefined && !hidden?.has(key)) to[key] = value;
  }
}

/**
 * Adds the keys of a line in force here: the logger's own, what names the scope, then the scope's,
 * the last one winning.
 */
export function addKeys(to: Fields, base: KeyLayer, scope: Scope | undefined, layer: KeyLayer | undefined): void {
  copyShown(to, base.persistent, layer?.hiddenPersistent);
  copyShown(to, base.temporary, layer?.hiddenTemporary);
  if (!scope) return;
  to.correlation_id = scope.correlationId;
  to.component = scope.component;
  to.kind = scope.kind;
  if (scope.trace.traceparent !== undefined) to.traceparent = scope.trace.traceparent;
  if (!layer) return;
  copyShown(to, layer.persistent, undefined);
  copyShown(to, layer.temporary, undefined);
}
