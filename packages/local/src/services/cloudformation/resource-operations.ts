import { randomInt, randomUUID } from 'node:crypto';
import { AwsCallError } from '../../client/aws-client.ts';
import type { Entry } from '../../provision/entry.ts';
import { generatedName, makeEntry, reasonToList, unmadeValues } from '../../provision/entry.ts';
import type { Pseudo } from '../../provision/parameters.ts';
import { ExistingResourceError } from '../../provision/resource-type.ts';
import { madeType } from '../../provision/resource-types/made-types.ts';
import type { TemplateResource } from '../../provision/template.ts';
import { messageOf } from './errors.ts';
import type { Operation } from './operation.ts';
import { checkLive, StackGoneError, setStatus } from './operation.ts';
import type { StackResource } from './stack-store.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A resource that could not be made, changed or removed; its events say why. */
export class ResourceFailure extends Error {
  override readonly name = 'ResourceFailure';
  readonly logicalId: string;

  constructor(logicalId: string, reason: string) {
    super(reason);
    this.logicalId = logicalId;
  }
}

/** The part of a template that is about one resource, evaluated. */
export interface Evaluated {
  readonly resource: TemplateResource;
  readonly written: Fields;
  readonly shown: Fields;
  readonly needs: readonly string[];
  /** Why parts of the properties are not known. */
  readonly notes: readonly string[];
  /** Why it cannot be made here, though its type can. */
  readonly unmade: string | undefined;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

const randomLetters = () => Array.from({ length: 12 }, () => LETTERS[randomInt(LETTERS.length)]).join('');

/** A name as CloudFormation makes it: a replacement needs another than the old resource has. */
const newName = (stackName: string, { logicalId, type }: Pick<TemplateResource, 'logicalId' | 'type'>) =>
  generatedName(`${stackName}-${logicalId}-${randomLetters()}`, type);

const CODES: Readonly<Record<string, string>> = { AccessDenied: 'AccessDenied', AccessDeniedException: 'AccessDenied' };

/** The reason of an event, in CloudFormation's words. */
function failureReason(error: unknown, { type }: StackResource): string {
  const [message, code] =
    error instanceof ExistingResourceError
      ? [`Resource of type '${type}' with identifier '${error.identifier}' already exists.`, 'AlreadyExists']
      : [messageOf(error), error instanceof AwsCallError ? (CODES[error.code] ?? 'InvalidRequest') : 'InvalidRequest'];
  return `Resource handler returned message: "${message}" (RequestToken: ${randomUUID()}, HandlerErrorCode: ${code})`;
}

/** A resource that is not there yet. */
export const newResource = (
  stackName: string,
  { resource, written, shown, needs, unmade }: Evaluated,
): StackResource => ({
  logicalId: resource.logicalId,
  type: resource.type,
  physicalId: '',
  defaultName: newName(stackName, resource),
  written,
  shown,
  metadata: resource.metadata,
  description: resource.description,
  deletionPolicy: resource.deletionPolicy,
  updateReplacePolicy: resource.updateReplacePolicy,
  needs,
  attributes: undefined,
  unmade,
  status: '',
  reason: undefined,
  changedMs: 0,
});

/** Carries a resource out and keeps what came of it. Gives a note of what was left out. */
async function carryOut(
  operation: Operation,
  target: StackResource,
  pseudo: Pseudo,
  past: Fields | undefined,
  onCreated: () => void,
): Promise<string | undefined> {
  const { client } = operation;
  const { defaultName, written } = target;
  const list = (reason: string) => {
    target.unmade = reason;
    target.physicalId = unmadeValues(target, written, reason, defaultName, pseudo).physicalId;
    return `only listed: ${reason}`;
  };
  if (target.unmade !== undefined) return list(target.unmade);
  const make = madeType(target.type)?.make;
  const created = (physicalId: string) => {
    target.physicalId = physicalId;
    onCreated();
  };
  try {
    const { entry, attributes, note } = await makeEntry({
      resource: target,
      written,
      make,
      client,
      pseudo,
      defaultName,
      past: { properties: past, created },
    });
    keep(target, entry, attributes);
    if (make !== undefined) return note;
    return [`${target.type} is only listed: the local endpoint does not make it`, note].filter(Boolean).join('; ');
  } catch (error) {
    const reason = reasonToList(error, target);
    if (reason === undefined) throw error;
    return list(reason);
  }
}

function keep(target: StackResource, { physicalId }: Entry, attributes: StackResource['attributes']): void {
  target.physicalId = physicalId;
  target.attributes = attributes;
}

/** Makes a resource. @throws ResourceFailure */
export async function create(
  operation: Operation,
  target: StackResource,
  pseudo: Pseudo,
  notes: readonly string[],
  { verb, reason }: { readonly verb: 'CREATE' | 'UPDATE'; readonly reason?: string } = { verb: 'CREATE' },
): Promise<void> {
  checkLive(operation);
  setStatus(operation, target, `${verb}_IN_PROGRESS`, reason);
  const begun = () => setStatus(operation, target, `${verb}_IN_PROGRESS`, 'Resource creation Initiated');
  try {
    const note = await carryOut(operation, target, pseudo, undefined, begun);
    setStatus(operation, target, `${verb}_COMPLETE`, [...notes, note].filter(Boolean).join('; ') || undefined);
  } catch (error) {
    throw failed(operation, target, `${verb}_FAILED`, error);
  }
}

function failed(operation: Operation, target: StackResource, status: string, error: unknown): Error {
  if (error instanceof StackGoneError) return error;
  checkLive(operation);
  const reason = failureReason(error, target);
  setStatus(operation, target, status, reason);
  return new ResourceFailure(target.logicalId, reason);
}

/**
 * Changes a resource in place: `target` has the new properties already.
 *
 * @param past - the properties that it has now; undefined for one that could not be made before
 * @throws ResourceFailure
 */
export async function update(
  operation: Operation,
  target: StackResource,
  pseudo: Pseudo,
  past: Fields | undefined,
  notes: readonly string[] = [],
): Promise<void> {
  checkLive(operation);
  setStatus(operation, target, 'UPDATE_IN_PROGRESS');
  try {
    const note = await carryOut(operation, target, pseudo, past, () => undefined);
    setStatus(operation, target, 'UPDATE_COMPLETE', [...notes, note].filter(Boolean).join('; ') || undefined);
  } catch (error) {
    throw failed(operation, target, 'UPDATE_FAILED', error);
  }
}

/** Removes a resource, unless it is kept. Gives whether it could. */
export async function remove(operation: Operation, target: StackResource, isKept: boolean): Promise<boolean> {
  checkLive(operation);
  const { type, physicalId, logicalId, written, unmade } = target;
  if (isKept) {
    setStatus(operation, target, 'DELETE_SKIPPED');
    return true;
  }
  setStatus(operation, target, 'DELETE_IN_PROGRESS');
  const isThere = physicalId !== '' && unmade === undefined;
  try {
    if (isThere) await madeType(type)?.remove({ logicalId, physicalId, properties: written, client: operation.client });
    checkLive(operation);
    setStatus(operation, target, 'DELETE_COMPLETE');
    return true;
  } catch (error) {
    failed(operation, target, 'DELETE_FAILED', error);
    return false;
  }
}
