import type { Manifest, ManifestAccess, ManifestComponent } from './manifest.ts';

/** An action that a component may take. */
export interface Permission {
  /** The component with what it does, e.g. `orders consumer`, `http`, `recalculate-totals task`. */
  readonly component: string;
  readonly action: string;
  /**
   * In the manifest's words: `orders`, `orders/byUser` for a part,
   * `config /orders/{stage}/pricing/*`.
   */
  readonly on: string;
}

/** A permission that a change of the app grants or takes. */
export interface PermissionChange extends Permission {
  readonly change: 'gains' | 'loses';
}

const ROLES: Readonly<Record<string, string>> = { http: '', invoke: ' task' };

/** Everything that is not a front or a task consumes from a source. */
const named = ({ name, trigger }: ManifestComponent) => `${name}${ROLES[trigger.kind] ?? ' consumer'}`;

const ON: Readonly<Record<ManifestAccess['on'], string>> = {
  parameters: 'config',
  secrets: 'secret',
  keyOfParameters: 'the key of config',
  anything: '',
};

function configPermissions(component: string, access: readonly ManifestAccess[]): Permission[] {
  return access.flatMap(({ action, on, names }) =>
    on === 'anything'
      ? [{ component, action, on: 'anything' }]
      : names.map((name) => ({ component, action, on: `${ON[on]} ${name}` })),
  );
}

function grantPermissions(component: string, grants: ManifestComponent['grants']): Permission[] {
  return grants.flatMap(({ resource, part, actions }) =>
    actions.map((action) => ({ component, action, on: part === undefined ? resource : `${resource}/${part}` })),
  );
}

/** Every permission of an app's components, in the manifest's words. */
export function permissionsOf({ components, supervisor }: Manifest): Permission[] {
  return [
    ...components.flatMap((component) => [
      ...grantPermissions(named(component), component.grants),
      ...configPermissions(named(component), component.config?.access ?? []),
    ]),
    ...(supervisor === undefined ? [] : grantPermissions(supervisor.name, supervisor.grants)),
  ];
}

const keyOf = ({ component, action, on }: Permission) => JSON.stringify([component, on, action]);

/**
 * The permissions that one version of an app has and the other has not, by component and resource.
 */
export function permissionChanges(was: Manifest, is: Manifest): PermissionChange[] {
  const [before, after] = [permissionsOf(was), permissionsOf(is)];
  const missing = (from: readonly Permission[], other: readonly Permission[], change: PermissionChange['change']) => {
    const known = new Set(other.map(keyOf));
    return from.filter((one) => !known.has(keyOf(one))).map((one) => ({ ...one, change }));
  };
  const changes = [...missing(after, before, 'gains'), ...missing(before, after, 'loses')];
  return changes.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
