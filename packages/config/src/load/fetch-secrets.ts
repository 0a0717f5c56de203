import type { Aws } from '@twelvefold/aws';
import { AwsError, secretsmanager } from '@twelvefold/aws';
import { REFERENCE } from '../plan/lookup.ts';
import type { StoreAnswer, StoreAnswers } from './store-answer.ts';
import { allSettledOrThrow, answerOf, mayIsolate } from './store-answer.ts';

interface FoundSecret {
  SecretString?: string;
  SecretBinary?: Uint8Array;
  VersionId?: string;
  CreatedDate?: Date;
}

/** One secret, filed under `name`. */
export async function fetchSecret(
  aws: Aws,
  { id, name, versionStage }: { readonly id: string; readonly name: string; readonly versionStage?: string },
  signal: AbortSignal | undefined,
  answers: StoreAnswers,
): Promise<void> {
  try {
    const input = { SecretId: id, ...(versionStage === undefined ? {} : { VersionStage: versionStage }) };
    answers.set(
      name,
      secretAnswer(await aws.call(secretsmanager, 'GetSecretValue', input, { access: 'read', signal })),
    );
  } catch (error) {
    if (!AwsError.isInstance(error)) throw error;
    answers.set(name, answerOf(error));
  }
}

/**
 * One BatchGetSecretValue call and its pages. Failures of single secrets are in `Errors` of a 200
 * (API reference); a call that is refused as a whole is made secret by secret.
 */
export async function fetchSecretBatch(
  aws: Aws,
  ids: readonly string[],
  signal: AbortSignal | undefined,
  answers: StoreAnswers,
): Promise<void> {
  try {
    let NextToken: string | undefined;
    do {
      const page = await aws.call(
        secretsmanager,
        'BatchGetSecretValue',
        { SecretIdList: [...ids], ...(NextToken ? { NextToken } : {}) },
        { access: 'read', signal },
      );
      for (const secret of page.SecretValues ?? []) {
        const id = ids.find((one) => one === secret.Name || one === secret.ARN);
        if (id !== undefined) answers.set(REFERENCE + id, secretAnswer(secret));
      }
      for (const { SecretId, ErrorCode = 'UnknownError', Message } of page.Errors ?? []) {
        const id = ids.find((one) => one === SecretId || SecretId?.includes(`:secret:${one}-`));
        if (id !== undefined) answers.set(REFERENCE + id, answerOf(entryError(ErrorCode, Message)));
      }
      NextToken = page.NextToken;
    } while (NextToken);
    for (const id of ids) if (!answers.has(REFERENCE + id)) answers.set(REFERENCE + id, { kind: 'missing' });
  } catch (error) {
    if (!AwsError.isInstance(error)) throw error;
    if (mayIsolate(error)) {
      await allSettledOrThrow(ids.map((id) => fetchSecret(aws, { id, name: REFERENCE + id }, signal, answers)));
      return;
    }
    for (const id of ids) answers.set(REFERENCE + id, answerOf(error));
  }
}

function entryError(awsCode: string, message: string | undefined): AwsError {
  const [service, operation] = ['secretsmanager', 'BatchGetSecretValue'];
  return new AwsError(`Cannot call ${service} ${operation}: ${awsCode}${message === undefined ? '' : `: ${message}`}`, {
    awsCode,
    service,
    operation,
    retryable: ['InternalServiceError', 'ThrottlingException'].includes(awsCode),
  });
}

function secretAnswer({ SecretString, SecretBinary, VersionId, CreatedDate }: FoundSecret): StoreAnswer {
  if (SecretString === undefined) return { kind: SecretBinary === undefined ? 'missing' : 'binary' };
  return {
    kind: 'value',
    text: SecretString,
    ...(VersionId === undefined ? {} : { version: VersionId }),
    ...(CreatedDate === undefined ? {} : { modifiedAt: CreatedDate }),
  };
}
