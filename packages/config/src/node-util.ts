/**
 * Node's `util`, without the ES module import, whose facade reads every export: some milliseconds
 * of a cold start.
 */
export function nodeUtil(): typeof import('node:util') {
  // biome-ignore lint/style/noRestrictedGlobals: the one way to a builtin that costs nothing until it is used
  return process.getBuiltinModule('node:util');
}
