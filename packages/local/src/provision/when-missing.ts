import { AwsCallError } from '../client/aws-call-error.ts';

/** What `read` gives, undefined where AWS answers with one of `codes`: the resource does not exist. */
export async function whenMissing<T>(read: Promise<T>, ...codes: string[]): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof AwsCallError && codes.includes(error.code)) return undefined;
    throw error;
  }
}

/** Whether the endpoint says that it has no such operation. */
export const isUnsupported = (error: unknown): error is AwsCallError =>
  error instanceof AwsCallError &&
  (error.status === 501 || ['UnknownOperationException', 'InvalidAction', 'NotImplemented'].includes(error.code));
