import { validationError } from '../errors.ts';
import type { KeyTest } from '../expressions/key-condition.ts';
import type { Bounds } from '../tables/bounds.ts';
import { boundsOf } from '../tables/bounds.ts';
import { checkKeyValue } from '../tables/check-key.ts';
import type { KeyAttribute, KeySchema } from '../tables/key-schema.ts';
import { keyAttributes } from '../tables/key-schema.ts';
import { sortable } from '../values/sortable.ts';

/** One partition, or a stretch of it. */
export interface KeyRange {
  readonly partition: string;
  readonly bounds: Bounds | undefined;
}

function checkTypes(attribute: KeyAttribute, { values }: KeyTest): void {
  if (values.some((value) => !(attribute.type in value))) {
    throw validationError(
      'One or more parameter values were invalid: Condition parameter type does not match schema type',
    );
  }
  for (const value of values) checkKeyValue(attribute, value);
}

/** What the tests of a key condition select. @throws ServiceError unless they fit the key: its hash key by equality. */
export function keyRange(schema: KeySchema, tests: readonly KeyTest[]): KeyRange {
  const keys = keyAttributes(schema);
  if (tests.length > keys.length) throw validationError('Query key condition not supported');
  const found = keys.slice(0, Math.max(tests.length, 1)).map((attribute) => {
    const test = tests.find((candidate) => candidate.attribute === attribute.name);
    if (test === undefined) {
      throw validationError(`Query condition missed key schema element: ${attribute.name}`);
    }
    checkTypes(attribute, test);
    return test;
  });
  const [hash, range] = found;
  const partition = hash?.operator === '=' ? sortable(hash.values[0]) : undefined;
  if (partition === undefined) throw validationError('Query key condition not supported');
  return { partition, bounds: range === undefined ? undefined : boundsOf(range) };
}
