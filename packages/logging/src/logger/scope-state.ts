import { getXRayTraceIdFromEnv } from '@aws-lambda-powertools/commons/utils/env';
import { LogLevelThreshold } from '@aws-lambda-powertools/logger';
import type { Scope } from '@twelvefold/lifecycle';
import type { KeyLayer } from './key-layer.ts';
import { keyLayer } from './key-layer.ts';
import { isSampled } from './sample.ts';

/** What one logger keeps for one scope. */
export interface ScopeState {
  layer: KeyLayer;
  /** Set when the scope logs at a level of its own. */
  threshold: number | undefined;
  traceId: string | undefined;
  buffered: Array<{ line: string; level: string; bytes: number }>;
  bufferedBytes: number;
  evicted: boolean;
}

export function scopeState(scope: Scope, sampleRate: number): ScopeState {
  return {
    layer: keyLayer(),
    threshold: isSampled(scope.correlationId, sampleRate) ? LogLevelThreshold.DEBUG : undefined,
    // Lambda sets the environment (or its invoke store) per invocation; a service has neither.
    traceId: scope.trace.xray === undefined ? getXRayTraceIdFromEnv() : traceRoot(scope.trace.xray),
    buffered: [],
    bufferedBytes: 0,
    evicted: false,
  };
}

/** The trace id in an `X-Amzn-Trace-Id` header: its `Root` field, or all of it when it has no fields. */
function traceRoot(header: string): string | undefined {
  if (!header.includes('=')) return header;
  return /(?:^|;)\s*Root=([^;]+)/.exec(header)?.[1];
}

/** Keeps a line back. Over `maxBytes` the oldest lines go; a line that is longer by itself is not kept. */
export function hold(state: ScopeState, line: string, level: string, maxBytes: number): void {
  const bytes = Buffer.byteLength(line);
  if (bytes > maxBytes) {
    state.evicted = true;
    return;
  }
  state.buffered.push({ line, level, bytes });
  state.bufferedBytes += bytes;
  while (state.bufferedBytes > maxBytes) {
    state.bufferedBytes -= state.buffered.shift()?.bytes ?? 0;
    state.evicted = true;
  }
}
