import type { Definition, Kind } from '@twelvefold/backing';
import type { Driver } from '@twelvefold/backing/internal';
import { driverOf, kindOf } from '@twelvefold/backing/internal';
import { pascalCase } from '@twelvefold/core/internal';

/** A resource of an app: an entry of `backing`, or a companion of one. */
export interface DeclaredResource {
  /** The key in `backing`, or {@link companionKey}. */
  readonly key: string;
  readonly definition: Definition;
  readonly kind: Kind;
  /** The driver that the definition chose. */
  readonly driver: Driver;
}

/** The key of a companion: `ordersDeadLetter` for the companion `deadLetter` of `orders`. */
export function companionKey(key: string, companion: string): string {
  return `${key}${pascalCase(companion)}`;
}

/** The resources that come with `key`, by the companion's name. */
export function companionsOf({ key, definition, kind }: DeclaredResource): ReadonlyMap<string, DeclaredResource> {
  const companions = Object.entries(kind.companions?.(definition as never) ?? {}); // it is the kind's own definition
  return new Map(
    companions.map(([name, companion]) => [
      name,
      { key: companionKey(key, name), definition: companion, kind: kindOf(companion), driver: driverOf(companion) },
    ]),
  );
}

/** Every resource of `backing`, each followed by its companions. */
export function resourcesOf(backing: Readonly<Record<string, Definition>>): DeclaredResource[] {
  return Object.entries(backing).flatMap(([key, definition]) => {
    const resource = { key, definition, kind: kindOf(definition), driver: driverOf(definition) };
    return [resource, ...companionsOf(resource).values()];
  });
}
