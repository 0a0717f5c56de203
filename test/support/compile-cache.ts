const folder = process.env.NODE_COMPILE_CACHE;

/**
 * For the environment of a Node.js that a test starts: what one has compiled, or stripped of its
 * types, the next one finds. The folder is one run's own. `--help` of an admin entry on sources
 * takes 0.24 s of CPU instead of 0.59 s.
 */
export const COMPILE_CACHE: Readonly<Record<string, string>> =
  folder === undefined ? {} : { NODE_COMPILE_CACHE: folder };
