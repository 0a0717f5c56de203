import { parseObject } from './parse-object.ts';

/** A statement of a queue's policy, as far as permissions are concerned. */
export type Statement = Readonly<Record<string, unknown>>;

/** A queue's policy, read for changing. */
export interface QueuePolicy {
  readonly statements: readonly Statement[];
  /** The policy's text with these statements instead; empty without any. */
  with(statements: readonly Statement[]): string;
}

/** Reads a policy; without a text the one that AddPermission starts from. */
export function readQueuePolicy(text: string | undefined, queueArn: string): QueuePolicy {
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
