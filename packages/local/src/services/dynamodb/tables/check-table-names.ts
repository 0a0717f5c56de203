import { validationError } from '../errors.ts';

/** For the batch operations, whose input has table names as keys. @throws ServiceError for one that cannot be a table's. */
export function checkTableNames(parameter: string, byTable: Readonly<Record<string, unknown>>): void {
  const odd = Object.keys(byTable).find((name) => !name.startsWith('arn:') && !/^[a-zA-Z0-9_.-]{3,255}$/.test(name));
  if (odd === undefined) return;
  throw validationError(
    `1 validation error detected: Value '{${Object.keys(byTable).join(', ')}}' at '${parameter}' failed to satisfy ` +
      'constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 255, ' +
      'Member must have length greater than or equal to 3, Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]',
  );
}
