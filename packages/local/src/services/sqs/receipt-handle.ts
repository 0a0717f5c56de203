import { randomBytes } from 'node:crypto';
import { sqsError } from './errors.ts';

/** What a receipt handle says: which receive of which message of which queue. */
export interface Receipt {
  readonly queueArn: string;
  readonly messageId: string;
  readonly receipt: string;
}

export const newReceipt = () => randomBytes(12).toString('hex');

export const encodeReceiptHandle = ({ queueArn, messageId, receipt }: Receipt) =>
  Buffer.from(`${receipt} ${messageId} ${queueArn}`).toString('base64');

/** @throws ServiceError `ReceiptHandleIsInvalid` for anything that is not a handle of `queueArn` */
export function decodeReceiptHandle(handle: string, queueArn: string): Receipt {
  const [, receipt, messageId, arn] =
    /^([0-9a-f]{24}) ([0-9a-f-]{36}) (\S+)$/.exec(Buffer.from(handle, 'base64').toString()) ?? [];
  if (receipt === undefined || messageId === undefined || arn !== queueArn) {
    throw sqsError('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`);
  }
  return { queueArn, messageId, receipt };
}
