import type { Definition } from '@twelvefold/backing';
import type { BindingOfKind } from '@twelvefold/backing/internal';
import { constantCase, physicalName } from './names.ts';
import type { DeclaredResource } from './resources.ts';
import { resourcesOf } from './resources.ts';

/** The part of a resource that a client needs. */
export type BindingValue = BindingOfKind['value'];

/**
 * The places of one resource's binding. Infrastructure writes to them, and the runtime reads them.
 */
export interface Binding {
  /** The key in `backing`, or a companion's, such as a dead-letter queue's. */
  readonly key: string;
  readonly value: BindingValue;
  /** `TWELVEFOLD_<KEY>_URL|ARN|NAME`: wins. */
  readonly env: string;
  /** `/{app}/{stage}/bindings/<key>` in Parameter Store: the fallback. */
  readonly parameter: string;
  readonly physicalName: string;
}

interface BindableApp {
  readonly name: string;
  readonly backing: Readonly<Record<string, Definition>>;
}

/** Every binding of an app at a stage, companions included: a pure function of both. */
export function bindings(app: BindableApp, stage: string): Binding[] {
  return resourcesOf(app.backing).flatMap((resource) => bindingOf(app.name, stage, resource) ?? []);
}

/** The binding of one resource; `undefined` for a kind that has none. */
export function bindingOf(app: string, stage: string, resource: DeclaredResource): Binding | undefined {
  const { key, driver } = resource;
  if (!driver.binding) return undefined;
  const { value } = driver.binding;
  return {
    key,
    value,
    env: `TWELVEFOLD_${constantCase(key)}_${value.toUpperCase()}`,
    parameter: `/${app}/${stage}/bindings/${key}`,
    physicalName: physicalNameOf(app, stage, resource),
  };
}

/** The physical name of one resource. */
export function physicalNameOf(app: string, stage: string, { definition, driver }: DeclaredResource): string {
  const suffix = driver.nameSuffix?.(definition as never) ?? ''; // it is the kind's own definition
  return `${physicalName(app, stage, definition.name)}${suffix}`;
}
