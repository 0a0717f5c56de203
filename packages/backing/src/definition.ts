/** What every definition of a resource has: plain data, no I/O, no client. */
export interface Definition<Kind extends string = string> {
  readonly kind: Kind;
  /** The resource's own name; the physical name is a pure function of app, stage and this. */
  readonly name: string;
}

/** Lower-case words joined by hyphens, 1 to 40 characters: fits every AWS name with app and stage in front. */
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** @throws TypeError when a definition's name cannot become part of a physical name. */
export function assertName(kind: string, name: string): void {
  if (typeof name !== 'string' || name.length > 40 || !NAME.test(name)) {
    throw new TypeError(
      `Cannot define ${kind} ${JSON.stringify(name)}: a name is 1 to 40 characters, lower-case words joined by hyphens, e.g. 'order-events'`,
    );
  }
}
