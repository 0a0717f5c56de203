import { requireString } from '../../core/input.ts';
import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { awsManagedKey, isAwsManaged } from './aws-managed-key.ts';
import type { KmsKey } from './store.ts';
import { liveState } from './store.ts';

const ARN = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):(\d{12}):((?:key|alias)\/.+)$/;
const KEY_ID = /^(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

const notFound = (message: string) => new ServiceError('NotFoundException', message);

/** What `id` names: a key id, a key's ARN, an alias or its ARN; and whose it is. */
function readKeyId(id: string, { account, region }: CallContext) {
  if (!id.startsWith('arn:')) return { account, resource: id.startsWith('alias/') ? id : `key/${id}`, raw: id };
  const [, itsRegion, itsAccount, resource] = ARN.exec(id) ?? [];
  if (itsAccount === undefined || resource === undefined) {
    throw new ServiceError('InvalidArnException', `Invalid arn ${id}`);
  }
  if (itsRegion !== region) throw notFound(`Invalid arn ${itsRegion}`);
  return { account: itsAccount, resource, raw: id };
}

function byId(id: string, account: string, context: CallContext): KmsKey {
  if (!KEY_ID.test(id)) throw notFound(`Invalid keyId '${id}'`);
  const key = liveState(context, account, context.region).keys.get(id);
  if (key === undefined) {
    throw notFound(`Key 'arn:aws:kms:${context.region}:${account}:key/${id}' does not exist`);
  }
  return key;
}

/**
 * The key that `id` names: by id, ARN, alias or alias ARN, in another account by ARN. The key behind `alias/aws/SERVICE` is made
 * when it is first asked for.
 *
 * @throws ServiceError `NotFoundException`, `InvalidArnException`
 */
export function findKey(id: string, context: CallContext): KmsKey {
  const { account, resource } = readKeyId(id, context);
  if (resource.startsWith('key/')) return byId(resource.slice(4), account, context);
  if (isAwsManaged(resource) && account === context.account) return awsManagedKey(resource, context);
  const { keys, aliases } = liveState(context, account, context.region);
  const key = keys.get(aliases.get(resource)?.targetId ?? '');
  if (key === undefined) throw notFound(`Alias arn:aws:kms:${context.region}:${account}:${resource} is not found.`);
  return key;
}

/** The key of a call's `KeyId` (or another member), named in the call log. */
export function requestedKey(input: Record<string, unknown>, context: CallContext, member = 'KeyId'): KmsKey {
  const key = findKey(requireString(input, member, { min: 1, max: 2048 }), context);
  context.touches(key.arn);
  return key;
}

/** The key of a call that manages it: aliases are not taken there, nor keys that AWS manages where the call would change one. */
export function managedKey(input: Record<string, unknown>, context: CallContext, effect: 'read' | 'change'): KmsKey {
  const id = requireString(input, 'KeyId', { min: 1, max: 2048 });
  const { account, resource } = readKeyId(id, context);
  if (!resource.startsWith('key/')) throw notFound(`Invalid keyId '${id}'`);
  const key = byId(resource.slice(4), account, context);
  context.touches(key.arn);
  if (effect === 'change' && key.manager === 'AWS') {
    throw new ServiceError(
      'AccessDeniedException',
      `User: ${context.principal.arn} is not authorized to perform: kms:${context.action} on resource: ${key.arn} because no resource-based policy allows the kms:${context.action} action`,
    );
  }
  return key;
}
