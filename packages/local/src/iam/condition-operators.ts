import { BlockList, isIP } from 'node:net';
import { matchesArn, matchesWildcards, unescapeWildcards } from './pattern.ts';

/** Whether a value of the request matches a value of the policy, variables filled in. */
export type Comparison = (value: string, wanted: string) => boolean;

interface Operator {
  readonly compare: Comparison;
  readonly isNegated: boolean;
}

const plain =
  (compare: Comparison): Comparison =>
  (value, wanted) =>
    compare(value, unescapeWildcards(wanted));

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** False for what is not a number: AWS documents no error. */
const numeric = (compare: (value: number, wanted: number) => boolean) =>
  plain((value, wanted) => NUMBER.test(value) && NUMBER.test(wanted) && compare(Number(value), Number(wanted)));

/** ISO 8601 or seconds since the epoch. */
const timeOf = (text: string) => (NUMBER.test(text) ? Number(text) * 1000 : Date.parse(text));

const date = (compare: (value: number, wanted: number) => boolean) =>
  plain((value, wanted) => {
    const [left, right] = [timeOf(value), timeOf(wanted)];
    return !Number.isNaN(left) && !Number.isNaN(right) && compare(left, right);
  });

const ranges = new Map<string, BlockList | undefined>();

function readRange(text: string): BlockList | undefined {
  const [address = '', prefix] = text.split('/');
  const version = isIP(address);
  const bits = prefix === undefined ? (version === 4 ? 32 : 128) : Number(prefix);
  if (version === 0 || !Number.isInteger(bits) || bits < 0 || bits > (version === 4 ? 32 : 128)) return undefined;
  const list = new BlockList();
  list.addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6');
  return list;
}

const inRange = plain((value, wanted) => {
  if (!ranges.has(wanted)) {
    // Policies are few; a process that makes them without end must not fill the memory.
    if (ranges.size > 1_000) ranges.clear();
    ranges.set(wanted, readRange(wanted));
  }
  const version = isIP(value);
  return version !== 0 && (ranges.get(wanted)?.check(value, version === 4 ? 'ipv4' : 'ipv6') ?? false);
});

const bytes = (text: string) => Buffer.from(text, 'base64');

/** By name in lower case, without `Not`. */
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  stringequals: plain((value, wanted) => value === wanted),
  stringequalsignorecase: plain((value, wanted) => value.toLowerCase() === wanted.toLowerCase()),
  stringlike: (value, wanted) => matchesWildcards(wanted, value),
  numericequals: numeric((value, wanted) => value === wanted),
  numericlessthan: numeric((value, wanted) => value < wanted),
  numericlessthanequals: numeric((value, wanted) => value <= wanted),
  numericgreaterthan: numeric((value, wanted) => value > wanted),
  numericgreaterthanequals: numeric((value, wanted) => value >= wanted),
  dateequals: date((value, wanted) => value === wanted),
  datelessthan: date((value, wanted) => value < wanted),
  datelessthanequals: date((value, wanted) => value <= wanted),
  dategreaterthan: date((value, wanted) => value > wanted),
  dategreaterthanequals: date((value, wanted) => value >= wanted),
  bool: plain((value, wanted) => value.toLowerCase() === wanted.toLowerCase()),
  binaryequals: plain((value, wanted) => bytes(value).equals(bytes(wanted))),
  ipaddress: inRange,
  // "ArnEquals and ArnLike behave identically."
  arnequals: (value, wanted) => matchesArn(wanted, value),
  arnlike: (value, wanted) => matchesArn(wanted, value),
};

const NEGATED: Readonly<Record<string, string>> = {
  stringnotequals: 'stringequals',
  stringnotequalsignorecase: 'stringequalsignorecase',
  stringnotlike: 'stringlike',
  numericnotequals: 'numericequals',
  datenotequals: 'dateequals',
  notipaddress: 'ipaddress',
  arnnotequals: 'arnequals',
  arnnotlike: 'arnlike',
};

/** The operator of that name, in any case; undefined if IAM has none. `Null` is not among them. */
export function findOperator(name: string): Operator | undefined {
  const key = name.toLowerCase();
  const positive = NEGATED[key];
  const compare = COMPARISONS[positive ?? key];
  return compare && { compare, isNegated: positive !== undefined };
}
