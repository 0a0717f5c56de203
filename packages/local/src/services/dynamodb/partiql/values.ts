import { ServiceError } from '../../../core/service-error.ts';
import { validationError } from '../errors.ts';
import type { RawValue } from '../values/value.ts';
import { normaliseValue } from '../values/value.ts';
import type { Token } from './lexer.ts';
import { notWellFormed } from './lexer.ts';
import type { StatementReader } from './statement-reader.ts';

/**
 * Source: recorded on AWS by dynamodb-conformance (partiqlGrammar): exponent and scale are 32-bit
 * integers.
 */
const MAX_SCALE = 2 ** 31 - 1;

/** Lists and maps nest this deep at most, to keep the stack small; items nest 32 deep at most. */
const MAX_DEPTH = 100;

function checkScale(text: string): void {
  const [, fraction = '', exponent = '0'] = /^\d*\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const scale = fraction.length - Number(exponent);
  if (Math.abs(Number(exponent)) > MAX_SCALE || Math.abs(scale) > MAX_SCALE) throw notWellFormed();
}

/** AWS appends the place in the value to the message about a number. */
function checkNumber(text: string, place: string): RawValue {
  try {
    normaliseValue({ N: text });
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'ValidationException') {
      throw validationError(`${error.message} under ${place}`);
    }
    throw error;
  }
  return { N: text };
}

function readNumber(reader: StatementReader, sign: string, place: string): RawValue {
  const { text } = reader.take();
  checkScale(text);
  return checkNumber(`${sign}${text}`, place);
}

function readSet(reader: StatementReader, place: string, depth: number): RawValue {
  const members: RawValue[] = [];
  while (!reader.takeSymbol('>>')) {
    if (members.length > 0) reader.expectSymbol(',');
    members.push(readValue(reader, place, depth + 1));
  }
  const type = Object.keys(members[0] ?? {})[0];
  if (type === undefined) throw validationError('Empty bags are not supported');
  const texts = members.map((member) => member[type as 'S' | 'N' | 'B']);
  if (!['S', 'N', 'B'].includes(type) || texts.some((text) => typeof text !== 'string')) {
    throw validationError('Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags');
  }
  return { [`${type}S`]: texts as string[] }; // strings: see above
}

function readMap(reader: StatementReader, place: string, depth: number): RawValue {
  const members: Array<[string, RawValue]> = [];
  while (!reader.takeSymbol('}')) {
    if (members.length > 0) reader.expectSymbol(',');
    const key = reader.take();
    if (key.kind !== 'string') throw notWellFormed('Expected a string as the name of an attribute');
    reader.expectSymbol(':');
    if (members.some(([name]) => name === key.text)) {
      throw validationError(`Duplicate keys in tuple. Key: ${key.text} under key ${place}`);
    }
    // The attributes of an item are the root themselves.
    members.push([key.text, readValue(reader, depth === 0 ? place : `${place}.${key.text}`, depth + 1)]);
  }
  return { M: Object.fromEntries(members) };
}

function readList(reader: StatementReader, place: string, depth: number): RawValue {
  const members: RawValue[] = [];
  while (!reader.takeSymbol(']')) {
    if (members.length > 0) reader.expectSymbol(',');
    members.push(readValue(reader, `${place}[${members.length}]`, depth + 1));
  }
  return { L: members };
}

const WORDS: Readonly<Record<string, RawValue>> = {
  TRUE: { BOOL: true },
  FALSE: { BOOL: false },
  NULL: { NULL: true },
};

/** Whether a value begins here. */
export const isValue = ({ kind, text }: Token): boolean =>
  kind === 'string' ||
  kind === 'number' ||
  (kind === 'symbol' && ['?', '<<', '{', '[', '-', '+'].includes(text)) ||
  (kind === 'word' && Object.hasOwn(WORDS, text.toUpperCase()));

/** A literal or a parameter. @throws ServiceError */
export function readValue(reader: StatementReader, place = 'root', depth = 0): RawValue {
  if (depth > MAX_DEPTH) throw validationError('Nesting Levels have exceeded supported limits');
  const { kind, text, at } = reader.next;
  if (kind === 'number') return readNumber(reader, '', place);
  if (kind === 'string') return { S: reader.take().text };
  if (reader.takeSymbol('?')) return reader.parameter();
  if (reader.takeSymbol('<<')) return readSet(reader, place, depth);
  if (reader.takeSymbol('{')) return readMap(reader, place, depth);
  if (reader.takeSymbol('[')) return readList(reader, place, depth);
  for (const sign of ['-', '+']) {
    if (!reader.takeSymbol(sign)) continue;
    if (reader.next.kind !== 'number') throw notWellFormed('Expected a number after a sign');
    return readNumber(reader, sign === '-' ? '-' : '', place);
  }
  const value = kind === 'word' ? WORDS[text.toUpperCase()] : undefined;
  if (value !== undefined) {
    reader.take();
    return value;
  }
  if (kind === 'word') throw validationError(`Unsupported data type: ${text} under key ${place} at ${at}`);
  throw notWellFormed('Expected a value');
}
