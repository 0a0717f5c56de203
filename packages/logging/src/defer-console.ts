/**
 * Keeps a Powertools class from making its console with each instance: that touches `process.stdout`, which sets a pipe to
 * non-blocking and costs a cold start some milliseconds, for output that never goes there. What still asks for the console
 * gets the global one.
 */
export function deferConsole(type: { readonly prototype: object }): void {
  // A private method of Powertools' declaration, called by its constructors.
  Object.defineProperty(type.prototype, 'setConsole', {
    value(this: object) {
      Object.defineProperty(this, 'console', {
        configurable: true,
        get: () => globalThis.console,
        set(value: unknown) {
          Object.defineProperty(this, 'console', { value, writable: true, configurable: true });
        },
      });
    },
  });
}
