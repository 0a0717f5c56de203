import { dataTable, html } from '../html.ts';
import type { ConsoleContext, Section } from '../section.ts';

interface Permission {
  readonly component: string;
  readonly action: string;
  /** The key of the resource, e.g. `orders`, or of what the app's code called without a grant. */
  readonly resource: string;
  readonly granted: boolean;
  readonly used: number;
  /** Calls that policies refused, where they are enforced. */
  readonly denied: number;
}

/** Actions of each component: granted, used and denied. */
export const permissionsSection: Section<readonly Permission[]> = {
  path: 'permissions',
  title: 'Permissions',
  read: permissions,
  render: (all) =>
    html`${dataTable(
      'Actions by component since the endpoint started',
      ['Component', 'Action', 'Resource', 'Granted', 'Used', 'Denied'],
      all.map(({ component, action, resource, granted, used, denied }) => [
        component,
        action,
        resource,
        granted ? 'yes' : html`<span class="denied">no</span>`,
        used,
        denied === 0 ? 0 : html`<span class="denied">${denied}</span>`,
      ]),
      'No component has a permission.',
    )}<p>An action that is granted and never used can often leave <code>uses</code>. Calls for config and logs are not listed.</p>`,
};

function permissions({ aws, manifest, stage }: ConsoleContext): Permission[] {
  const { components, resources } = manifest();
  const named = resources.map(({ key, physicalName }) => ({ key, name: physicalName.replaceAll('{stage}', stage) }));
  const keys = new Map<string, string | undefined>();
  const keyOf = (arn: string) => {
    if (!keys.has(arn)) {
      const isOf = (name: string) => arn.endsWith(`:${name}`) || arn.endsWith(`/${name}`) || arn.includes(`/${name}/`);
      keys.set(arn, named.find(({ name }) => isOf(name))?.key);
    }
    return keys.get(arn);
  };
  const found = new Map<string, Permission>();
  const at = (component: string, action: string, resource: string): Permission => {
    const id = `${component} ${action} ${resource}`;
    const entry = found.get(id) ?? { component, action, resource, granted: false, used: 0, denied: 0 };
    found.set(id, entry);
    return entry;
  };
  for (const { name, grants } of components) {
    for (const { resource, actions } of grants) {
      for (const action of actions) {
        const entry = at(name, action, resource);
        found.set(`${name} ${action} ${resource}`, { ...entry, granted: true });
      }
    }
  }
  const names = new Set(components.map(({ name }) => name));
  for (const call of aws.calls()) {
    if (call.component === undefined || !names.has(call.component)) continue;
    for (const { action, resource, denied = false } of call.touched) {
      const key = keyOf(resource);
      if (key === undefined) continue;
      const entry = at(call.component, action, key);
      found.set(`${call.component} ${action} ${key}`, {
        ...entry,
        used: entry.used + (denied ? 0 : 1),
        denied: entry.denied + (denied ? 1 : 0),
      });
    }
  }
  return [...found.values()].sort(
    (one, other) =>
      one.component.localeCompare(other.component) ||
      one.resource.localeCompare(other.resource) ||
      one.action.localeCompare(other.action),
  );
}
