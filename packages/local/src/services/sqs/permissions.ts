import { readString, readStrings } from '../../core/input.ts';
import { permissionStatement } from '../../core/permission-statement.ts';
import type { Action } from '../../core/service.ts';
import { invalidParameter, missingParameter, sqsError } from './errors.ts';
import { parseObject } from './queue-attributes.ts';
import { queueOf } from './queue-store.ts';

/** A statement of a queue's policy, as far as permissions are concerned. */
type Statement = Readonly<Record<string, unknown>>;

/** A queue's policy, read for changing. */
interface QueuePolicy {
  readonly statements: readonly Statement[];
  /** The policy's text with these statements instead; empty without any. */
  with(statements: readonly Statement[]): string;
}

/** Reads a policy; without a text the one that AddPermission starts from. */
function readQueuePolicy(text: string | undefined, queueArn: string): QueuePolicy {
  const policy = (text === undefined ? undefined : parseObject(text)) ?? {
    Version: '2008-10-17',
    Id: `${queueArn}/SQSDefaultPolicy`,
  };
  const statements = [policy.Statement ?? []]
    .flat()
    .filter((one): one is Statement => typeof one === 'object' && one !== null);
  return {
    statements,
    with: (changed) => (changed.length === 0 ? '' : JSON.stringify({ ...policy, Statement: changed })),
  };
}

// "You can't grant permission for" these (AddPermission); batches go with their single action.
const OWNERS_ONLY = [
  'AddPermission',
  'CancelMessageMoveTask',
  'CreateQueue',
  'DeleteQueue',
  'ListMessageMoveTasks',
  'ListQueueTags',
  'ListQueues',
  'RemovePermission',
  'SetQueueAttributes',
  'StartMessageMoveTask',
  'TagQueue',
  'UntagQueue',
];
const GRANTABLE = [
  '*',
  'ChangeMessageVisibility',
  'DeleteMessage',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'PurgeQueue',
  'ReceiveMessage',
  'SendMessage',
];
const MAX_ACTIONS = 7;
// "A policy can have up to 20 statements, 50 principals" (SQS quotas).
const MAX_STATEMENTS = 20;

function checkAction(action: string): void {
  const refuse = (reason: string) => invalidParameter(`SQS:${action}`, 'ActionName', reason);
  if (OWNERS_ONLY.includes(action)) throw refuse('Only the queue owner is allowed to invoke this action.');
  if (!GRANTABLE.includes(action)) throw refuse('Please refer to the appropriate WSDL for a list of valid actions.');
}

export const addPermission: Action = (input, context) => {
  const queue = queueOf(input, context);
  const label = readString(input, 'Label') ?? '';
  if (label === '') throw missingParameter('Label');
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(label)) {
    throw invalidParameter(
      label,
      'Label',
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    );
  }
  const actions = readStrings(input, 'Actions') ?? [];
  if (actions.length === 0) throw missingParameter('ActionName');
  if (actions.length > MAX_ACTIONS) {
    throw sqsError('OverLimit', `${actions.length} Actions were found, maximum allowed is ${MAX_ACTIONS}.`);
  }
  for (const action of actions) checkAction(action);
  const accounts = readStrings(input, 'AWSAccountIds') ?? [];
  if (accounts.length === 0 || !accounts.every((account) => /^\d{12}$/.test(account))) {
    throw invalidParameter(`[${accounts.join(', ')}]`, 'PrincipalId', 'Unable to verify.');
  }
  const policy = readQueuePolicy(queue.attributes.Policy, queue.arn);
  if (policy.statements.some(({ Sid }) => Sid === label)) throw invalidParameter(label, 'Label', 'Already exists.');
  if (policy.statements.length >= MAX_STATEMENTS) {
    throw sqsError(
      'OverLimit',
      `${policy.statements.length + 1} statements were found in the submitted policy, max allowed is ${MAX_STATEMENTS}`,
    );
  }
  const statement = permissionStatement({
    label,
    accounts,
    actions: actions.map((action) => `SQS:${action}`),
    resource: queue.arn,
    region: context.region,
  });
  queue.setAttributes({ Policy: policy.with([...policy.statements, statement]) });
};

export const removePermission: Action = (input, context) => {
  const queue = queueOf(input, context);
  const label = readString(input, 'Label') ?? '';
  if (label === '') throw missingParameter('Label');
  const policy = readQueuePolicy(queue.attributes.Policy, queue.arn);
  const remaining = policy.statements.filter(({ Sid }) => Sid !== label);
  if (remaining.length === policy.statements.length) {
    throw invalidParameter(label, 'Label', "can't find label.");
  }
  queue.setAttributes({ Policy: policy.with(remaining) });
};
