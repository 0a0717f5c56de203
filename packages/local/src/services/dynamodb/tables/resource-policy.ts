import { randomUUID } from 'node:crypto';
import { ServiceError } from '../../../core/service-error.ts';
import type { Table } from './table.ts';

export const RESOURCE_ARN = { type: 'string', min: 1, max: 1283, required: true } as const;
export const REVISION = { type: 'string', min: 1, max: 255 } as const;

export function makePolicy(text: string): Table['policy'] {
  return { text, revisionId: randomUUID().replaceAll('-', '') };
}

/** @throws ServiceError `PolicyNotFoundException` unless the table has a policy, of the revision that the caller saw. */
export function checkRevision({ policy, arn }: Table, expected: string | undefined): void {
  // NO_POLICY stands for a table that has none yet.
  if (expected === undefined || expected === (policy?.revisionId ?? 'NO_POLICY')) return;
  throw new ServiceError(
    'PolicyNotFoundException',
    `Resource-based policy not found for the provided ResourceArn and RevisionId: ${arn}`,
  );
}
