import { LogLevelThreshold } from '@aws-lambda-powertools/logger';
import type { Scope } from '@twelvefold/lifecycle';
import type { ConstantFields } from './direct-line.ts';
import type { KeyLayer } from './key-layer.ts';
import { keyLayer } from './key-layer.ts';
import type { LoggerSettings } from './settings.ts';

/**
 * The common text of the lines of one place, while it stays the same; without a `part` they are
 * made one by one.
 */
export interface CachedFields {
  readonly fields: ConstantFields | undefined;
  /** How often the logger's own keys had changed. */
  readonly keysVersion: number;
  readonly traceId: string | undefined;
}

/** The state that one logger keeps for one scope. */
export interface ScopeState {
  layer: KeyLayer;
  /**
   * Nothing was set in the scope: its lines have the logger's own keys and what names the scope.
   */
  isBare: boolean;
  cached: CachedFields | undefined;
  /** Set when the scope logs at another level than the logger. */
  threshold: number | undefined;
  /** The flow is logged in detail: nothing is held back. */
  sampled: boolean;
  /** When the scope was first seen, in milliseconds since the epoch. */
  sinceMs: number;
  traceId: string | undefined;
  buffered: Array<{ line: string; level: string; bytes: number }>;
  bufferedBytes: number;
  /** Lines that the buffer had no room for. */
  evicted: number;
  /** A line of level ERROR or above was logged in the scope. */
  loggedError: boolean;
  /** The end of the scope looks whether it was slow. */
  watched: boolean;
}

export function scopeState(scope: Scope, settings: LoggerSettings): ScopeState {
  const sampleRate = settings.pinned ? 0 : settings.sampleRate;
  // A service that samples no flow is not made to do so by a caller: any client can send the
  // header.
  const sampled = sampleRate > 0 && (scope.sampled || isSampled(scope.correlationId, sampleRate));
  if (sampled) scope.sampled = true;
  return {
    layer: keyLayer(),
    isBare: true,
    cached: undefined,
    threshold: sampled ? LogLevelThreshold.DEBUG : undefined,
    sampled,
    sinceMs: settings.now(),
    // Lambda sets the environment (or its invoke store) per invocation; a service has neither.
    traceId: traceIdOf(scope, settings),
    buffered: [],
    bufferedBytes: 0,
    evicted: 0,
    loggedError: false,
    watched: false,
  };
}

/** The X-Ray trace id of a scope's lines. */
export function traceIdOf(scope: Scope, settings: LoggerSettings): string | undefined {
  const { xray } = scope.trace;
  return xray === undefined ? settings.platformTrace() : traceRoot(xray);
}

/**
 * The trace id in an `X-Amzn-Trace-Id` header: its `Root` field, or all of it when it has no
 * fields.
 */
function traceRoot(header: string): string | undefined {
  if (!header.includes('=')) return header;
  return /(?:^|;)\s*Root=([^;]+)/.exec(header)?.[1];
}

/**
 * Keeps a line back. Over `maxBytes` the oldest lines go; a line that is longer by itself is not
 * kept.
 */
export function hold(state: ScopeState, line: string, level: string, maxBytes: number): void {
  const bytes = Buffer.byteLength(line);
  if (bytes > maxBytes) {
    state.evicted += 1;
    return;
  }
  state.buffered.push({ line, level, bytes });
  state.bufferedBytes += bytes;
  while (state.bufferedBytes > maxBytes) {
    state.bufferedBytes -= state.buffered.shift()?.bytes ?? 0;
    state.evicted += 1;
  }
}

/**
 * Whether the flow with this correlation id is logged at DEBUG. A pure function of the id, so every
 * component that the flow passes through decides the same, with nothing to carry along.
 */
function isSampled(correlationId: string, rate: number): boolean {
  if (rate <= 0) return false;
  if (rate >= 1) return true;
  // FNV-1a, 32 bits, then mixed (murmur3's finalizer): ids that differ in their last character only
  // are spread as well.
  let hash = 0x811c9dc5;
  for (let index = 0; index < correlationId.length; index += 1) {
    hash = Math.imul(hash ^ correlationId.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32 < rate;
}
