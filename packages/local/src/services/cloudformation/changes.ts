import { isDeepStrictEqual } from 'node:util';
import type { Stores } from '../../core/stores.ts';
import type { ResourceValues } from '../../provision/entry.ts';
import { writtenProperties } from '../../provision/entry.ts';
import { resolveKnown } from '../../provision/intrinsics.ts';
import { madeType } from '../../provision/resource-types/made-types.ts';
import type { TemplateResource } from '../../provision/template.ts';
import { UnknownValueError } from '../../provision/unknown-value.ts';
import type { Desired } from './desired.ts';
import { scopeOf, shownProperties, valuesOf } from './desired.ts';
import type { Change, ChangeDetail, Stack, StackResource } from './stack-store.ts';
import { exportsOf } from './stack-store.ts';

/** Stands for a value that the change itself brings about; the text is CloudFormation's. */
const LATER = '{{changeSet:KNOWN_AFTER_APPLY}}';

const isLater = (value: unknown) => (JSON.stringify(value) ?? '').includes(LATER);

type Fields = Readonly<Record<string, unknown>>;

/** The names of the members that differ. */
const differing = (before: Fields, after: Fields): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => !isDeepStrictEqual(before[name], after[name]),
  );

/** The properties among `changed` that make a new physical resource. */
export const replacing = (type: string, changed: readonly string[]): string[] =>
  changed.filter((name) => madeType(type)?.replacedBy.includes(name));

/** The properties of a resource that a deployment changes. */
export const changedProperties = (before: StackResource, written: Fields): string[] =>
  differing(before.written, written);

/** The attributes of a resource besides its properties that a deployment changes. */
export function changedAttributes(before: StackResource, after: TemplateResource): string[] {
  return [
    ...(isDeepStrictEqual(before.metadata, after.metadata) ? [] : ['Metadata']),
    ...(before.deletionPolicy === after.deletionPolicy ? [] : ['DeletionPolicy']),
    ...(before.updateReplacePolicy === after.updateReplacePolicy ? [] : ['UpdateReplacePolicy']),
  ];
}

const inJson = (value: unknown) => (value === undefined ? undefined : JSON.stringify(value));

const text = (value: unknown) => (typeof value === 'string' || value === undefined ? value : JSON.stringify(value));

interface Compared {
  readonly change: Change | undefined;
  readonly isReplaced: boolean;
}

function modification(before: StackResource, resource: TemplateResource, written: Fields, shown: Fields): Compared {
  const changed = changedProperties(before, written);
  const attributes = changedAttributes(before, resource);
  if (changed.length + attributes.length === 0) return { change: undefined, isReplaced: false };
  const replaced = replacing(before.type, changed);
  // Where a new value is not known yet, it may turn out to be the old one.
  const isSure = replaced.some((name) => !isLater(written[name]));
  const isKnownType = madeType(before.type) !== undefined;
  const details = changed.map((name): ChangeDetail => {
    const recreation = !isKnownType ? 'Conditionally' : replaced.includes(name) ? 'Always' : 'Never';
    return {
      attribute: 'Properties',
      name,
      recreation,
      isStatic: !isLater(written[name]),
      before: text(before.shown[name]),
      after: text(shown[name]),
    };
  });
  for (const attribute of attributes) {
    const none = { name: undefined, before: undefined, after: undefined };
    details.push({ attribute, ...none, recreation: 'Never', isStatic: true });
  }
  const isUnsure = replaced.length > 0 || (!isKnownType && changed.length > 0);
  const change: Change = {
    action: 'Modify',
    logicalId: before.logicalId,
    physicalId: before.physicalId,
    type: before.type,
    replacement: isSure ? 'True' : isUnsure ? 'Conditional' : 'False',
    policyAction: isSure ? replacePolicy(resource.updateReplacePolicy) : undefined,
    details,
    before: inJson({ Properties: before.shown }),
    after: inJson({ Properties: shown }),
  };
  return { change, isReplaced: replaced.length > 0 };
}

const isKept = (policy: string | undefined) => policy === 'Retain' || policy === 'RetainExceptOnCreate';

const replacePolicy = (policy: string | undefined) => (isKept(policy) ? 'ReplaceAndRetain' : 'ReplaceAndDelete');

const addition = ({ logicalId, type }: TemplateResource, shown: Fields): Change => ({
  action: 'Add',
  logicalId,
  physicalId: undefined,
  type,
  replacement: undefined,
  policyAction: undefined,
  details: [],
  before: undefined,
  after: inJson({ Properties: shown }),
});

const removal = ({ logicalId, physicalId, type, shown, deletionPolicy }: StackResource): Change => ({
  action: 'Remove',
  logicalId,
  physicalId,
  type,
  replacement: undefined,
  policyAction: isKept(deletionPolicy) ? 'Retain' : 'Delete',
  details: [],
  before: inJson({ Properties: shown }),
  after: undefined,
});

export interface PlannedChanges {
  readonly changes: readonly Change[];
  /** Whether anything changes: outputs and tags of the stack count too. */
  readonly hasChanges: boolean;
  /** An export that the template imports and no stack has. */
  readonly missingExport: string | undefined;
}

/** The changes that a deployment would make, before it does. */
export function planChanges(stack: Stack, desired: Desired, stores: Stores): PlannedChanges {
  const states = new Map<string, 'same' | 'changed' | 'replaced'>();
  let missingExport: string | undefined;
  const importValue = (name: string) => {
    const found = exportsOf(stores).find((each) => each.name === name);
    if (found !== undefined) return found.value;
    missingExport ??= name;
    throw new UnknownValueError(`No export named ${name} found`, { isResource: false });
  };
  const known = new Map([...live(stack)].filter(([, resource]) => !isUnfinished(resource)));
  const values = (logicalId: string): ResourceValues | undefined => {
    if (!desired.plan.needs.has(logicalId)) return undefined;
    const resource = known.get(logicalId);
    const state = states.get(logicalId);
    if (resource === undefined || state === 'replaced') return { ref: () => LATER, attribute: () => LATER };
    const now = valuesOf(resource, desired.pseudo);
    if (state !== 'changed') return now;
    return {
      ref: now.ref,
      attribute: (name) => {
        try {
          return now.attribute(name);
        } catch {
          return LATER;
        }
      },
    };
  };
  const scope = scopeOf(desired, values, importValue);
  const changes: Change[] = [];
  for (const resource of desired.plan.ordered) {
    const written = writtenProperties(resource, scope, false, []) as Fields; // an object stays one
    const shown = shownProperties(resource, desired, scope);
    const before = known.get(resource.logicalId);
    if (before === undefined) {
      changes.push(addition(resource, shown));
      continue;
    }
    const { change, isReplaced } = modification(before, resource, written, shown);
    states.set(resource.logicalId, isReplaced ? 'replaced' : change === undefined ? 'same' : 'changed');
    if (change !== undefined) changes.push(change);
  }
  const removed = [...known.values()].filter(({ logicalId }) => !desired.plan.needs.has(logicalId));
  changes.push(...removed.map(removal));
  const outputs = desired.plan.outputs.map(({ name, value, description, exportName }) => [
    name,
    text(resolveKnown(value, scope, `Outputs.${name}`, [])),
    description,
    resolveKnown(exportName, scope, `Outputs.${name}.Export.Name`, []),
  ]);
  const before = stack.outputs.map(({ key, value, description, exportName }) => [key, value, description, exportName]);
  const unlisted = outputs.filter(([, value]) => !isUnknownOutput(value));
  const hasChanges =
    changes.length > 0 ||
    !isDeepStrictEqual(unlisted, before) ||
    !isDeepStrictEqual(stack.settings.tags, desired.settings.tags) ||
    !isDeepStrictEqual(stack.settings.notificationArns, desired.settings.notificationArns);
  return { changes, hasChanges, missingExport };
}

/** Whether a resource's creation failed: it is made anew. */
export const isUnfinished = ({ status, unmade, attributes }: StackResource) =>
  ['CREATE_FAILED', 'DELETE_FAILED', 'UPDATE_FAILED'].includes(status) &&
  unmade === undefined &&
  attributes === undefined;

/** The resources that are there. */
export const live = (stack: Stack) =>
  new Map([...stack.resources].filter(([, { status }]) => status !== 'DELETE_COMPLETE'));

/** An output that could not be known is still a call of a function. */
const isUnknownOutput = (value: unknown) => typeof value === 'string' && /^\{"(?:Ref|Fn::\w+)":/.test(value);
