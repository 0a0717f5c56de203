import { validationError } from '../errors.ts';
import type { PageInput } from './page-input.ts';

/** @throws ServiceError when `Select` does not go with the other parameters. */
export function checkSelect({ Select, ProjectionExpression, AttributesToGet, IndexName }: PageInput): void {
  const chosenBy = ProjectionExpression === undefined ? AttributesToGet && 'AttributesToGet' : 'ProjectionExpression';
  if (Select === 'ALL_PROJECTED_ATTRIBUTES' && IndexName === undefined) {
    throw validationError('ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName');
  }
  if (Select === 'SPECIFIC_ATTRIBUTES' && chosenBy === undefined) {
    throw validationError(
      'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    );
  }
  if (chosenBy === undefined || Select === undefined || Select === 'SPECIFIC_ATTRIBUTES') return;
  const chosen = Select === 'COUNT' ? 'only the Count' : Select;
  throw validationError(`Cannot specify the ${chosenBy} when choosing to get ${chosen}`);
}
