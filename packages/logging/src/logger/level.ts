import { LogLevelThreshold } from '@aws-lambda-powertools/logger';

/** Powertools' levels, in upper or lower case, from chatty to mute. */
export type LevelName = Uppercase<keyof typeof LogLevelThreshold> | Lowercase<keyof typeof LogLevelThreshold>;

/** The threshold of a level's name in any case, or `undefined` when there is no such level. */
export function thresholdOf(name: unknown): number | undefined {
  if (typeof name !== 'string') return undefined;
  const upper = name.toUpperCase();
  // Lambda's own log controls say FATAL for what Powertools calls CRITICAL.
  const key = upper === 'FATAL' ? 'CRITICAL' : upper;
  return Object.hasOwn(LogLevelThreshold, key) ? LogLevelThreshold[key as keyof typeof LogLevelThreshold] : undefined;
}

const NAMES = new Map(Object.entries(LogLevelThreshold).map(([name, threshold]) => [threshold as number, name]));

export function levelName(threshold: number): string {
  return NAMES.get(threshold) ?? 'INFO';
}
