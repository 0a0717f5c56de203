import type { ResourceValues } from '../../provision/entry.ts';
import { madeValues, unmadeValues } from '../../provision/entry.ts';
import type { Scope } from '../../provision/intrinsics.ts';
import { resolveKnown } from '../../provision/intrinsics.ts';
import { listResource } from '../../provision/list-resource.ts';
import type { Pseudo } from '../../provision/parameters.ts';
import type { Plan } from '../../provision/plan.ts';
import { CycleError, MissingReferenceError, makePlan } from '../../provision/plan.ts';
import type { TemplateResource } from '../../provision/template.ts';
import { messageOf, validationError } from './errors.ts';
import { pseudoOf } from './operation.ts';
import { HIDDEN, hiddenParameters } from './parameter-values.ts';
import type { Settings, Stack, StackResource } from './stack-store.ts';
import type { Template } from './template-source.ts';

/** The goal of a deployment: its settings and the plan of its template. */
export interface Desired {
  readonly settings: Settings;
  readonly template: Template;
  readonly plan: Plan;
  readonly pseudo: Pseudo;
}

/**
 * Plans a template for a stack.
 *
 * @throws ServiceError `ValidationError` for a template that cannot be carried out
 */
export function desiredOf(
  stack: Pick<Stack, 'id' | 'name' | 'resources'>,
  template: Template,
  settings: Settings,
): Desired {
  const pseudo = pseudoOf(stack, settings.notificationArns);
  let plan: Plan;
  try {
    plan = makePlan(template.read, new Map(Object.entries(settings.resolved)), pseudo);
  } catch (error) {
    if (error instanceof CycleError) {
      throw validationError(`Circular dependency between resources: [${error.nodes.join(', ')}]`);
    }
    if (error instanceof MissingReferenceError) {
      throw validationError(
        `Template format error: Unresolved resource dependencies [${error.names.join(', ')}] in the Resources block of the template`,
      );
    }
    throw validationError(`Template error: ${messageOf(error)}`);
  }
  const retyped = plan.ordered.filter(({ logicalId, type }) => {
    const before = stack.resources.get(logicalId);
    return before !== undefined && before.status !== 'DELETE_COMPLETE' && before.type !== type;
  });
  if (retyped.length > 0) {
    const names = retyped.map(({ logicalId }) => logicalId).join(', ');
    throw validationError(
      `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${names}]`,
    );
  }
  return { settings, template, plan, pseudo };
}

/** The values of a stack's resource. */
export function valuesOf(resource: StackResource, pseudo: Pseudo): ResourceValues {
  const { logicalId, type, written, defaultName, attributes, unmade, physicalId } = resource;
  if (attributes !== undefined) return madeValues(resource, physicalId, attributes);
  if (unmade !== undefined) return unmadeValues(resource, written, unmade, defaultName, pseudo);
  return listResource(logicalId, type, written, defaultName, pseudo);
}

/** The look-ups of a template, with resources that `values` knows. */
export const scopeOf = (
  { plan }: Desired,
  values: (logicalId: string) => ResourceValues | undefined,
  importValue: (name: string) => unknown,
): Scope => ({
  ...plan.scope,
  importValue,
  ref: (name) => {
    const known = values(name);
    return known === undefined ? plan.scope.ref(name) : known.ref();
  },
  attribute: (logicalId, name) => {
    const known = values(logicalId);
    if (known === undefined) throw new Error(`the template has no resource ${logicalId}`);
    return known.attribute(name);
  },
});

/** The properties of a resource as events and change sets show them: without hidden values. */
export function shownProperties({ logicalId, properties }: TemplateResource, desired: Desired, scope: Scope) {
  const hidden = hiddenParameters(desired.template.read);
  const masked: Scope = { ...scope, ref: (name) => (hidden.has(name) ? HIDDEN : scope.ref(name)) };
  const shown = resolveKnown(properties, masked, `Resources.${logicalId}.Properties`, []);
  return shown as Record<string, unknown>; // an object stays one
}
