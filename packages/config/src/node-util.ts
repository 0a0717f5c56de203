/**
 * Node's `util`, without the ES module import, whose facade reads every export: some milliseconds
 * of a cold start.
 */
export function nodeUtil(): typeof import('node:util') {
  // biome-ignore lint/style/noRestrictedGlobals: loads a builtin at its first use
  return process.getBuiltinModule('node:util');
}
