import { expect } from 'vitest';
import type { LoggerOptions } from './create-logger.ts';
import { createLogger } from './create-logger.ts';

export type Line = Record<string, unknown>;

export function logged(log: (logger: ReturnType<typeof createLogger>) => void, options: LoggerOptions = {}): Line[] {
  const texts: string[] = [];
  const logger = createLogger({ service: 'orders', env: {}, ...options, write: (line) => texts.push(line) });
  log(logger);
  for (const text of texts) expect(text).not.toContain('\n');
  return texts.map((text) => JSON.parse(text) as Line);
}

export const one = (extra: unknown, options?: LoggerOptions) =>
  logged((l) => l.info('m', extra as never), options)[0] ?? {};
