import { validationError } from '../errors.ts';
import type { Path } from '../expressions/path.ts';

/** `AttributesToGet` as the paths of a projection. @throws ServiceError for a name given twice. */
export function readAttributesToGet(names: readonly string[] | undefined): readonly Path[] | undefined {
  const repeated = names?.find((name, index) => names.indexOf(name) < index);
  if (repeated !== undefined) {
    throw validationError(`One or more parameter values were invalid: Duplicate value in attribute name: ${repeated}`);
  }
  return names?.map((name) => [name]);
}
