import { readString, readStrings } from '../../core/input.ts';
import { permissionStatement } from '../../core/permission-statement.ts';
import type { Action } from '../../core/service.ts';
import { invalidParameter } from './errors.ts';
import type { Topic } from './topic.ts';
import { topicOf } from './topic.ts';
import { defaultPolicy, OWNER_ACTIONS } from './topics.ts';

/** A statement of a topic's policy, as far as permissions are concerned. */
type Statement = Readonly<Record<string, unknown>>;

/** The statements of a topic's policy and what stands beside them. */
function readPolicy(topic: Topic): { statements: Statement[]; rest: Record<string, unknown> } {
  const { Statement: given, ...rest } = JSON.parse(topic.attributes.get('Policy') ?? defaultPolicy(topic));
  const isStatement = (one: unknown): one is Statement => typeof one === 'object' && one !== null;
  return { statements: [given ?? []].flat().filter(isStatement), rest };
}

/** Puts other statements in. */
function writePolicy(topic: Topic, statements: readonly Statement[], rest: Record<string, unknown>): void {
  topic.attributes.set('Policy', JSON.stringify({ ...rest, Statement: statements }));
}

const GRANTABLE = [...OWNER_ACTIONS, 'GetDataProtectionPolicy', 'ListTagsForResource', 'PutDataProtectionPolicy'];

export const addPermission: Action = (input, context) => {
  const topic = topicOf(input, context);
  const label = readString(input, 'Label') ?? '';
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(label)) throw invalidParameter('Label');
  const accounts = readStrings(input, 'AWSAccountId') ?? [];
  if (accounts.length === 0 || !accounts.every((account) => /^\d{12}$/.test(account))) {
    throw invalidParameter('AWSAccountId');
  }
  const actions = readStrings(input, 'ActionName') ?? [];
  if (actions.length === 0) throw invalidParameter('ActionName');
  if (!actions.every((action) => GRANTABLE.includes(action))) {
    throw invalidParameter('Policy statement action out of service scope!');
  }
  const { statements, rest } = readPolicy(topic);
  if (statements.some(({ Sid }) => Sid === label)) throw invalidParameter('Statement already exists');
  const statement = permissionStatement({
    label,
    accounts,
    actions: actions.map((action) => `SNS:${action}`),
    resource: topic.arn,
    region: context.region,
  });
  writePolicy(topic, [...statements, statement], rest);
};

/** A label that is not there is no error. */
export const removePermission: Action = (input, context) => {
  const topic = topicOf(input, context);
  const label = readString(input, 'Label') ?? '';
  if (label === '') throw invalidParameter('Label');
  const { statements, rest } = readPolicy(topic);
  const remaining = statements.filter(({ Sid }) => Sid !== label);
  if (remaining.length < statements.length) writePolicy(topic, remaining, rest);
};
