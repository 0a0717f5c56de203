interface Builtins {
  'node:crypto': typeof import('node:crypto');
  'node:fs': typeof import('node:fs');
  'node:net': typeof import('node:net');
  'node:process': typeof import('node:process');
  'node:tls': typeof import('node:tls');
}

/**
 * Node's own modules, without the ES module import whose facade reads every export: `node:http` costs 53 ms of CPU that way on
 * Node 24 and 8 ms this way. Nothing is loaded before the first call needs it.
 */
export const builtin = <Name extends keyof Builtins>(name: Name): Builtins[Name] =>
  // biome-ignore lint/style/noRestrictedGlobals: the one way to a builtin that costs nothing until it is used
  process.getBuiltinModule(name) as Builtins[Name]; // overloads that TypeScript does not match for a type parameter
