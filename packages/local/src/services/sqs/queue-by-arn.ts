import { readString } from '../../core/input.ts';
import type { CallContext } from '../../core/service.ts';
import { invalidValue, missingParameter, sqsError } from './errors.ts';
import type { Queue } from './queue.ts';
import { queueStore } from './queue-store.ts';

/**
 * The queue whose ARN a member gives, noted in the call log; undefined when the member is absent.
 *
 * @throws ServiceError `InvalidParameterValue` for what is no ARN, `ResourceNotFoundException`
 */
export function optionalQueueByArn(
  input: Readonly<Record<string, unknown>>,
  member: string,
  context: CallContext,
  iamAction?: string,
): Queue | undefined {
  const arn = readString(input, member);
  if (arn === undefined || arn === '') return undefined;
  if (!/^arn:[^:]+:sqs:[^:]+:\d{12}:[^:]+$/.test(arn)) {
    throw invalidValue(
      `You must use this format to specify the ${member}: arn:<partition>:<service>:<region>:<account-id>:<resource-id>`,
    );
  }
  context.touches(arn, iamAction);
  const queue = context.stores.get(queueStore).byArn(arn);
  if (queue !== undefined) return queue;
  throw sqsError(
    'ResourceNotFoundException',
    `The resource that you specified for the ${member} parameter doesn't exist.`,
  );
}

/** As {@link optionalQueueByArn}, for a member that must be there. @throws ServiceError also `MissingParameter` */
export function queueByArn(input: Readonly<Record<string, unknown>>, member: string, context: CallContext): Queue {
  const queue = optionalQueueByArn(input, member, context);
  if (queue === undefined) throw missingParameter(member);
  return queue;
}
