import { readString, readStrings } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { invalidParameter } from '../errors.ts';
import { readPolicy, writePolicy } from '../policy.ts';
import { OWNER_ACTIONS } from '../topic-attributes.ts';
import { topicOf } from '../topic-of.ts';

const GRANTABLE = [...OWNER_ACTIONS, 'GetDataProtectionPolicy', 'ListTagsForResource', 'PutDataProtectionPolicy'];

const oneOrMore = (values: readonly string[]) => (values.length === 1 ? values[0] : values);

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
  const statement = {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: oneOrMore(accounts.map((account) => `arn:aws:iam::${account}:root`)) },
    Action: oneOrMore(actions.map((action) => `SNS:${action}`)),
    Resource: topic.arn,
  };
  writePolicy(topic, [...statements, statement], rest);
};
