import type { Clock } from '../core/clock.ts';
import type { Stores } from '../core/stores.ts';
import { STORE as STACKS } from '../services/cloudformation/stack-store.ts';
import { STORE as DYNAMODB } from '../services/dynamodb/table-store.ts';
import { iamOf } from '../services/iam/iam-store.ts';
import { liveState } from '../services/kms/key-store.ts';
import { functionPolicy } from '../services/lambda/permissions.ts';
import { liveSecrets } from '../services/secretsmanager/secret-store.ts';
import { topicStore } from '../services/sns/topic.ts';
import { defaultPolicy } from '../services/sns/topics.ts';
import { queueStore } from '../services/sqs/queue-store.ts';

/** The facts about a resource that a decision needs. */
export interface ResourceFacts {
  /** Its policy, in JSON. */
  readonly policy?: string | undefined;
  readonly tags?: ReadonlyMap<string, string> | undefined;
  /** Of a table or an index in DynamoDB. */
  readonly hashKey?: string | undefined;
  /** A role or a key, whose own policy decides whether those of the account count. */
  readonly isTrusting?: boolean;
}

interface Place {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
  storesOf(account: string, region: string): Stores;
}

type Facts = (arn: string, resource: string, place: Place) => ResourceFacts | undefined;

/**
 * By the service in the ARN. The others have no policy that is kept here: S3 refuses them, and
 * those
 * of parameters count through AWS RAM only (Systems Manager guide, "Sharing parameters").
 */
const FACTS: Readonly<Record<string, Facts>> = {
  sqs: (arn, _, { stores }) => {
    const queue = stores.get(queueStore).byArn(arn);
    return queue && { policy: queue.attributes.Policy, tags: queue.state.tags };
  },
  sns: (arn, _, { stores }) => {
    // A subscription's ARN is its topic's with one element more.
    const { topics } = stores.get(topicStore);
    const topic = topics.get(arn) ?? topics.get(arn.slice(0, arn.lastIndexOf(':')));
    return topic && { policy: topic.attributes.get('Policy') ?? defaultPolicy(topic), tags: topic.tags };
  },
  kms: (_, resource, { storesOf, clock, account, region }) => {
    if (!resource.startsWith('key/')) return undefined;
    const key = liveState({ storesOf, clock }, account, region).keys.get(resource.slice('key/'.length));
    return { policy: key?.policy, tags: key?.tags, isTrusting: true };
  },
  secretsmanager: (arn, resource, place) => {
    // The ARN ends in a hyphen and six characters.
    const secret = liveSecrets(place).get(resource.slice('secret:'.length, -7));
    return secret?.arn === arn ? { policy: secret.policy, tags: secret.tags } : undefined;
  },
  dynamodb: (_, resource, { stores }) => {
    const [, name = '', part, index = ''] = resource.split('/');
    const table = stores.get(DYNAMODB).tables.get(name);
    const key = part === 'index' ? table?.indexes.get(index)?.key : table?.key;
    return table && { policy: table.policy?.text, tags: table.tags, hashKey: key?.hashes[0].name };
  },
  cloudformation: (arn, _, { stores }) => {
    const tags = stores.get(STACKS).get(arn)?.settings.tags;
    return tags && { tags: new Map(tags.map(({ key, value }) => [key, value])) };
  },
  lambda: (arn, _, { stores }) => ({ policy: functionPolicy(arn, stores) }),
  iam: (arn, resource, { storesOf, account }) => {
    if (!resource.startsWith('role/')) return undefined;
    const role = iamOf(account, storesOf).roles.get(resource.split('/').at(-1) ?? '');
    return role?.arn === arn ? { policy: role.trust, tags: role.tags, isTrusting: true } : { isTrusting: true };
  },
};

const ARN = /^arn:[^:]*:([^:]*):([^:]*):([^:]*):(.*)$/;

/** Looks up the resource with this ARN; one that does not exist has no facts. */
export function factsOf(
  arn: string,
  { clock, region, storesOf }: Omit<Place, 'stores' | 'account'>,
  ownAccount: string,
): ResourceFacts & { readonly account: string } {
  const [, service = '', arnRegion, arnAccount, resource = ''] = ARN.exec(arn) ?? [];
  const place = { account: arnAccount || ownAccount, region: arnRegion || region };
  const facts = Object.hasOwn(FACTS, service)
    ? FACTS[service]?.(arn, resource, { ...place, clock, storesOf, stores: storesOf(place.account, place.region) })
    : undefined;
  return { ...facts, account: place.account };
}
