import { TwelvefoldError } from '@twelvefold/core';
import type { WriteOperation } from '../table/port.ts';

/** The error for a transaction that was refused because of `indexes` of `operations`. */
export function conditionFailed(
  operations: readonly WriteOperation[],
  indexes: readonly number[],
  cause: unknown,
): TwelvefoldError {
  const named = indexes.map((index) => `${index} (${describe(operations[index])})`).join(', ');
  return new TwelvefoldError(
    'CONDITION_FAILED',
    `Cannot write ${operations.length} operations together: the condition of operation ${named} does not hold; nothing was written`,
    { cause },
  );
}

function describe(operation: WriteOperation | undefined): string {
  const [kind, input] = Object.entries(operation?.entry ?? {})[0] ?? [];
  return `${kind} on '${(input as { TableName?: string } | undefined)?.TableName}'`; // every kind of entry names its table
}
