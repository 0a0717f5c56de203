import type { Action } from '../../../core/service.ts';
import { validationError } from '../errors.ts';
import { checkPlaceholdersWanted, readExpressions } from '../expressions/expressions.ts';
import { checkInput } from '../input/check-input.ts';
import { checkMixed } from '../legacy/check-mixed.ts';
import { LEGACY_SCAN } from '../legacy/legacy-input.ts';
import { readAttributesToGet } from '../legacy/read-attributes-to-get.ts';
import { readFilter } from '../legacy/read-filter.ts';
import { checkSelect } from '../reads/check-select.ts';
import { PAGE } from '../reads/page-input.ts';
import { readPage } from '../reads/read-page.ts';
import { checkProjected, openSource } from '../reads/source.ts';
import { readStartKey, startPosition } from '../reads/start-key.ts';
import { touchSource } from '../reads/touch-source.ts';
import { openTable } from '../tables/find-table.ts';
import { segmentOf } from '../tables/item-index.ts';

const INPUT = {
  ...PAGE,
  ...LEGACY_SCAN,
  Segment: { type: 'Integer', min: 0, max: 999_999 },
  TotalSegments: { type: 'Integer', min: 1, max: 1_000_000 },
} as const;

/** The segment to read. @throws ServiceError unless both parameters are given, or neither, and fit. */
function readSegment(number: number | undefined, of: number | undefined) {
  if (number === undefined && of === undefined) return undefined;
  if (of === undefined) {
    throw validationError(
      'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
    );
  }
  if (number === undefined) {
    throw validationError(
      'The Segment parameter is required but was not present in the request when parameter TotalSegments is present',
    );
  }
  if (number >= of) {
    throw validationError(
      'The Segment parameter is zero-based and must be less than parameter TotalSegments: ' +
        `Segment: ${number} is not less than TotalSegments: ${of}`,
    );
  }
  return { number, of };
}

export const scan: Action = (raw, context) => {
  const input = checkInput(raw, INPUT);
  touchSource(context, input);
  checkMixed(
    input,
    ['AttributesToGet', 'ScanFilter', 'ConditionalOperator'],
    ['ProjectionExpression', 'FilterExpression'],
  );
  checkSelect(input);
  checkPlaceholdersWanted(input, ['ProjectionExpression', 'FilterExpression']);
  const legacyFilter = readFilter(input.ScanFilter, input.ConditionalOperator);
  const attributes = readAttributesToGet(input.AttributesToGet);
  const startKey = readStartKey(input);
  const segment = readSegment(input.Segment, input.TotalSegments);
  const expressions = readExpressions(input);
  const filter = expressions.condition('FilterExpression') ?? legacyFilter;
  const paths = expressions.projection() ?? attributes;
  expressions.checkAllUsed();
  const source = openSource(openTable(context, input.TableName), input);
  checkProjected(source, input.Select, paths);
  const after = startKey === undefined ? undefined : startPosition(source, startKey);
  if (after !== undefined && segment !== undefined && segmentOf(after.hash, segment.of) !== segment.number) {
    throw validationError(
      'The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct ' +
        `Segment. TotalSegments: ${segment.of} Segment: ${segment.number}`,
    );
  }
  const rows = source.rows.walk({ after, ...(segment === undefined ? {} : { segment }) });
  return readPage(input, { source, rows, filter, paths });
};
