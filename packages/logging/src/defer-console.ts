/**
 * Keeps a Powertools class from making its console with each instance: that touches
 * `process.stdout`, which sets a pipe to non-blocking and costs a cold start some milliseconds, for
 * output that never goes there. What still asks for the console gets the global one.
 */
export function deferConsole(type: { readonly prototype: object }): void {
  // A private method of Powertools' declaration, called by its constructors.
  Object.defineProperty(type.prototype, 'setConsole', {
    value(this: { console: unknown }) {
      // Assigned: an accessor would put the instance into V8's slow mode, in which each call below
      // the level costs six times as much.
      this.console = globalThis.console;
    },
  });
}
