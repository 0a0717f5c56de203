import { validationError } from '../errors.ts';
import type { Attributes, AttributeType, AttributeValue } from './attribute-value.ts';
import { ATTRIBUTE_TYPES, emptyAttributes } from './attribute-value.ts';
import { formatDecimal, parseDecimal } from './decimal.ts';

/** A value as it came in: the right JSON types, but any number of type tags. */
export interface RawValue {
  readonly S?: string;
  readonly N?: string;
  readonly B?: string;
  readonly BOOL?: boolean;
  readonly NULL?: boolean;
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly string[];
  readonly L?: readonly RawValue[];
  readonly M?: RawAttributes;
}

export type RawAttributes = Readonly<Record<string, RawValue>>;

const MAX_DEPTH = 32;
const invalid = (reason: string) => validationError(`One or more parameter values were invalid: ${reason}`);
const hasDuplicates = (members: readonly string[]) => new Set(members).size !== members.length;

function normaliseStrings(members: readonly string[]): AttributeValue {
  if (members.length === 0) throw invalid('An string set  may not be empty');
  if (hasDuplicates(members)) throw invalid(`Input collection [${members.join(', ')}] contains duplicates.`);
  return { SS: members };
}

function normaliseNumbers(members: readonly string[]): AttributeValue {
  if (members.length === 0) throw invalid('An number set  may not be empty');
  const numbers = members.map((member) => formatDecimal(parseDecimal(member)));
  if (hasDuplicates(numbers)) throw validationError('Input collection contains duplicates');
  return { NS: numbers };
}

function normaliseBinaries(members: readonly string[]): AttributeValue {
  if (members.length === 0) throw invalid('Binary sets should not be empty');
  // No space before "of": the message is AWS's.
  if (hasDuplicates(members)) {
    throw invalid(`Input collection [${members.join(', ')}]of type BS contains duplicates.`);
  }
  return { BS: members };
}

function normalise(type: AttributeType, raw: RawValue, depth: number): AttributeValue | undefined {
  if (depth > MAX_DEPTH) throw validationError('Nesting Levels have exceeded supported limits');
  const { S, N, B, BOOL, NULL, SS, NS, BS, L, M } = raw;
  if (type === 'S') return S === undefined ? undefined : { S };
  if (type === 'N') return N === undefined ? undefined : { N: formatDecimal(parseDecimal(N)) };
  if (type === 'B') return B === undefined ? undefined : { B };
  if (type === 'BOOL') return BOOL === undefined ? undefined : { BOOL };
  if (type === 'SS') return SS === undefined ? undefined : normaliseStrings(SS);
  if (type === 'NS') return NS === undefined ? undefined : normaliseNumbers(NS);
  if (type === 'BS') return BS === undefined ? undefined : normaliseBinaries(BS);
  if (type === 'L') return L === undefined ? undefined : { L: L.map((element) => normaliseValue(element, depth + 1)) };
  if (type === 'M') return M === undefined ? undefined : { M: normaliseAttributes(M, depth + 1) };
  if (NULL === undefined) return undefined;
  if (!NULL) throw invalid('Null attribute value types must have the value of true');
  return { NULL: true };
}

/**
 * The value as DynamoDB stores it: exactly one type, numbers in their one canonical text.
 *
 * @throws ServiceError for no type, several types, an empty or duplicate-bearing set, a bad number, too deep a nesting.
 */
export function normaliseValue(raw: RawValue, depth = 0): AttributeValue {
  let value: AttributeValue | undefined;
  let types = 0;
  for (const type of ATTRIBUTE_TYPES) {
    const candidate = normalise(type, raw, depth);
    if (candidate === undefined) continue;
    value = candidate;
    types += 1;
  }
  if (value === undefined) {
    throw validationError('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  }
  if (types > 1) {
    throw validationError(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  }
  return value;
}

/** {@link normaliseValue} for every attribute of an item, key or map. */
export function normaliseAttributes(raw: RawAttributes, depth = 0): Attributes {
  const attributes = emptyAttributes();
  for (const [name, value] of Object.entries(raw)) attributes[name] = normaliseValue(value, depth);
  return attributes;
}
