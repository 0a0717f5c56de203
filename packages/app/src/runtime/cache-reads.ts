import type { Aws } from '@twelvefold/aws';

/** A port that remembers the answers of reads. */
export interface CachedReads {
  readonly aws: Aws;
  /** Forgets the answers; from now on every call is made. */
  release(): void;
}

/**
 * Remembers the answers of reads, so that a start that is tried again repeats only the calls that
 * failed. When a large fleet starts at once, most calls are throttled: a start that repeats all of
 * its calls spends the account's quota on answers that it had before (docs/scale.md).
 */
export function cacheReads(aws: Aws): CachedReads {
  let answers: Map<string, unknown> | undefined = new Map();
  const remembering = (port: Aws): Aws => ({
    as: (component) => remembering(port.as(component)),
    call: async (service, operation, input, options) => {
      if (answers === undefined || options.access !== 'read') return port.call(service, operation, input, options);
      const key = JSON.stringify([service, operation, input]);
      if (answers.has(key)) return answers.get(key) as never; // the answer of the same operation
      const output = await port.call(service, operation, input, options);
      answers?.set(key, output);
      return output;
    },
  });
  return {
    aws: remembering(aws),
    release: () => {
      answers = undefined;
    },
  };
}
