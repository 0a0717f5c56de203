import { fromBase64 } from './blob.ts';

/** An attribute as it comes out of `JSON.parse`. */
export type AttributeMap = Record<string, Record<string, unknown>>;

/**
 * An attribute map as a plain object, by the rules of `@aws-sdk/lib-dynamodb`: sets become Sets,
 * bytes Uint8Arrays, integers beyond the safe ones bigints.
 *
 * @throws Error for a value that is not an attribute, and for a decimal that is too large for a
 * number.
 */
export function unmarshallItem(map: AttributeMap): Record<string, unknown> {
  const item: Record<string, unknown> = {};
  for (const key of Object.keys(map)) {
    const value = unmarshall(map[key] ?? {});
    if (key === '__proto__')
      Object.defineProperty(item, key, { value, enumerable: true, configurable: true, writable: true });
    else item[key] = value;
  }
  return item;
}

function unmarshall(attribute: Readonly<Record<string, unknown>>): unknown {
  for (const type in attribute) {
    const value = attribute[type] as never; // of the type that its name says, by DynamoDB's own word
    switch (type) {
      case 'S':
        return value;
      case 'N':
        return toNumber(value);
      case 'BOOL':
        return Boolean(value);
      case 'NULL':
        return null;
      case 'M':
        return unmarshallItem(value);
      case 'L':
        return (value as Array<Record<string, unknown>>).map(unmarshall);
      case 'B':
        return fromBase64(value);
      case 'SS':
        return new Set(value as string[]);
      case 'NS':
        return new Set((value as string[]).map(toNumber));
      case 'BS':
        return new Set((value as string[]).map(fromBase64));
      default:
        throw new Error(`DynamoDB answered with an attribute of the unknown type ${type}`);
    }
  }
  throw new Error('DynamoDB answered with an attribute without a type');
}

function toNumber(text: string): number | bigint {
  const number = Number(text);
  if (Number.isSafeInteger(number) || Math.abs(number) <= Number.MAX_SAFE_INTEGER || !Number.isFinite(number))
    return number;
  try {
    return BigInt(text);
  } catch (cause) {
    throw new RangeError(`DynamoDB answered with ${text}, which is neither a safe number nor an integer`, { cause });
  }
}
