import { randomUUID } from 'node:crypto';
import type { Aws } from '@twelvefold/aws';
import { AwsError, secretsmanager, ssm } from '@twelvefold/aws';
import type { PushWrite } from './plan-push.ts';

/** PutParameter takes 3 a second (Systems Manager endpoints and quotas, default throughput). */
const BETWEEN_PUTS_MS = 350;
const MOST_TRIES = 5;

export interface WriteOptions {
  /** Waits between writes. */
  sleep(ms: number): Promise<unknown>;
  onWritten(write: PushWrite, at: number): void;
}

/**
 * Makes the writes one after another.
 *
 * @throws Error naming the keys and the number of writes that are made; never with a value
 */
export async function writePlanned(
  aws: Aws,
  writes: readonly PushWrite[],
  { sleep, onWritten }: WriteOptions,
): Promise<void> {
  for (const [at, write] of writes.entries()) {
    if (at > 0 && write.in === 'parameterStore') await sleep(BETWEEN_PUTS_MS);
    try {
      const token = randomUUID();
      await withRetries(() => put(aws, write, token), sleep);
    } catch (error) {
      // Only the code of the port's errors: a message may quote the refused value.
      const code = AwsError.isInstance(error) ? error.awsCode : error instanceof Error ? error.name : 'unknown error';
      const hint = code === 'ResourceNotFoundException' ? '; deploy the stack, which makes it, first' : '';
      throw new Error(
        `Cannot push ${write.keys.join(', ')}: ${code}${hint}; ${at} of ${writes.length} are written, and the same command goes on from there`,
      );
    }
    onWritten(write, at);
  }
}

async function put(aws: Aws, { in: store, name, text, type, label }: PushWrite, token: string): Promise<void> {
  if (store === 'secretsManager') {
    // With the same token a repeated write makes no second version.
    const input = { SecretId: name, SecretString: text, ClientRequestToken: token };
    await aws.call(secretsmanager, 'PutSecretValue', input, { access: 'write', repeatable: true });
    return;
  }
  const input = {
    Name: name,
    Value: text,
    Type: type ?? 'String',
    Overwrite: true,
    Tier: 'Intelligent-Tiering',
  } as const;
  const { Version } = await aws.call(ssm, 'PutParameter', input, { access: 'write' });
  if (label === undefined || Version === undefined) return;
  const labels = { Name: name, ParameterVersion: Version, Labels: [label] };
  await aws.call(ssm, 'LabelParameterVersion', labels, { access: 'write', repeatable: true });
}

async function withRetries(work: () => Promise<void>, sleep: (ms: number) => Promise<unknown>): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (tried === MOST_TRIES || !AwsError.isInstance(error) || !error.retryable) throw error;
      await sleep(500 * 2 ** tried);
    }
  }
}
