import { BlockList, isIP } from 'node:net';

/** A parsed filter policy: names to lists of rules, or (in bodies) to nested policies. */
type FilterPolicy = Readonly<Record<string, unknown>>;

type Scalar = string | number | boolean | null;

// "A filter policy can have a maximum of five keys", of which a nested policy counts "only
// top-level keys", and 150 combinations (SNS developer guide, filter policy constraints).
const MAX_KEYS = 5;
const MAX_COMBINATIONS = 150;
/** "The value can range from -10^9 to 10^9". */
const MAX_NUMBER = 1_000_000_000;
const MAX_BYTES = 262_144;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isScalar = (value: unknown): value is Scalar =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

type NumericTest = (value: number) => boolean;
const COMPARISONS: Record<string, (bound: number) => NumericTest> = {
  '=': (bound) => (value) => value === bound,
  '<': (bound) => (value) => value < bound,
  '<=': (bound) => (value) => value <= bound,
  '>': (bound) => (value) => value > bound,
  '>=': (bound) => (value) => value >= bound,
};

/** Reads `["=", 1]` or `[">", 0, "<=", 100]`. @throws Error with what is wrong */
function numericTest(terms: unknown): NumericTest {
  if (!Array.isArray(terms) || terms.length === 0) throw new Error('Invalid member in numeric match: ]');
  const compare = (operator: unknown, bound: unknown, unknown: string): NumericTest => {
    const comparison = typeof operator === 'string' ? COMPARISONS[operator] : undefined;
    if (comparison === undefined) throw new Error(`${unknown}: ${String(operator)}`);
    if (typeof bound !== 'number')
      throw new Error(`Value of ${operator === '=' ? 'equals' : String(operator)} must be numeric`);
    if (Math.abs(bound) > MAX_NUMBER)
      throw new Error(`Value must be between -${MAX_NUMBER} and ${MAX_NUMBER}, inclusive`);
    return comparison(bound);
  };
  const [operator, bound, upper, top] = terms;
  if (typeof operator !== 'string') throw new Error(`Invalid member in numeric match: ${String(operator)}`);
  const first = compare(operator, bound, 'Unrecognized numeric range operator');
  if (terms.length === 2) return first;
  if (!operator.startsWith('>')) throw new Error('Too many elements in numeric expression');
  if (typeof upper !== 'string') throw new Error(`Bad value in numeric range: ${String(upper)}`);
  if (!upper.startsWith('<')) throw new Error(`Bad numeric range operator: ${upper}`);
  const second = compare(upper, top, 'Bad numeric range operator');
  if (terms.length > 4) throw new Error('Too many terms in numeric range expression');
  if (Number(bound) >= Number(top)) throw new Error('Bottom must be less than top');
  return (value) => first(value) && second(value);
}

function cidrTest(range: string): (text: string) => boolean {
  const [address = '', bits = ''] = range.split('/');
  const version = isIP(address);
  if (version === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > (version === 4 ? 32 : 128)) {
    throw new Error(`Malformed CIDR, one '/' required`);
  }
  const list = new BlockList();
  const family = version === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(address, Number(bits), family);
  return (text) => isIP(text) === version && list.check(text, family);
}

/** Those that `anything-but` can turn round. */
const NEGATABLE = ['prefix', 'suffix', 'equals-ignore-case'];

const TEXT_OPERATORS: Record<string, (pattern: string) => (text: string) => boolean> = {
  prefix: (pattern) => (text) => text.startsWith(pattern),
  suffix: (pattern) => (text) => text.endsWith(pattern),
  'equals-ignore-case': (pattern) => (text) => text.toLowerCase() === pattern.toLowerCase(),
  cidr: cidrTest,
};

/** Whether the values of one name satisfy a rule; no values means the name is absent. */
type Rule = (values: readonly Scalar[]) => boolean;

const some =
  (test: (value: Scalar) => boolean): Rule =>
  (values) =>
    values.some(test);
const onText = (test: (text: string) => boolean) => (value: Scalar) => typeof value === 'string' && test(value);

function onlyEntry(rule: Record<string, unknown>): [string, unknown] {
  const [entry, more] = Object.entries(rule);
  if (entry === undefined) throw new Error('Empty objects are not allowed');
  if (more !== undefined) throw new Error('Only one key allowed in match expression');
  return entry;
}

function textTest(operator: string, pattern: unknown): (text: string) => boolean {
  const make = Object.hasOwn(TEXT_OPERATORS, operator) ? TEXT_OPERATORS[operator] : undefined;
  if (make === undefined) throw new Error(`Unrecognized match type ${operator}`);
  if (typeof pattern !== 'string') throw new Error(`${operator} match pattern must be a string`);
  return make(pattern);
}

function anythingBut(excluded: unknown): Rule {
  if (isObject(excluded)) {
    const [operator, pattern] = onlyEntry(excluded);
    if (!NEGATABLE.includes(operator)) throw new Error(`Unsupported anything-but pattern: ${operator}`);
    const test = textTest(operator, pattern);
    return some((value) => !onText(test)(value));
  }
  const list = Array.isArray(excluded) ? excluded : [excluded];
  if (list.length === 0 || !list.every(isScalar)) {
    throw new Error('Inside anything-but list, number|start|null|boolean is not supported.');
  }
  return some((value) => !list.includes(value));
}

/** @throws Error with what is wrong */
function readRule(rule: unknown): Rule {
  if (isScalar(rule)) return some((value) => value === rule);
  if (!isObject(rule)) throw new Error('Match value must be String, number, true, false, or null');
  const [operator, operand] = onlyEntry(rule);
  if (operator === 'exists') {
    if (typeof operand !== 'boolean') throw new Error('exists match pattern must be either true or false.');
    return (values) => values.length > 0 === operand;
  }
  if (operator === 'numeric') {
    const test = numericTest(operand);
    return some((value) => typeof value === 'number' && test(value));
  }
  if (operator === 'anything-but') return anythingBut(operand);
  return some(onText(textTest(operator, operand)));
}

/**
 * Walks a policy, reading every rule. The values of a nested key count once for each of its levels.
 *
 * @throws Error with what is wrong
 */
function checkLevel(policy: FilterPolicy, nested: boolean, depth = 1): { keys: number; combinations: number } {
  let keys = 0;
  let combinations = 1;
  for (const [name, value] of Object.entries(policy)) {
    if (name === '$or' && Array.isArray(value) && value.length > 1 && value.every(isObject)) {
      const parts = value.map((part) => checkLevel(part, nested, depth));
      keys += Math.max(...parts.map((part) => part.keys));
      combinations *= parts.reduce((sum, part) => sum + part.combinations, 0);
    } else if (Array.isArray(value)) {
      if (value.length === 0) throw new Error('Empty arrays are not allowed');
      for (const rule of value) readRule(rule);
      keys += 1;
      combinations *= value.length * depth;
    } else if (isObject(value)) {
      const inner = checkLevel(value, nested, depth + 1);
      if (!nested) throw new Error('Filter policy scope MessageAttributes does not support nested filter policy');
      keys += 1;
      combinations *= inner.combinations;
    } else throw new Error(`"${name}" must be an object or an array`);
  }
  return { keys, combinations };
}

/** Parses and checks a filter policy. @throws Error with what is wrong */
export function parseFilterPolicy(text: string, scope: string): FilterPolicy {
  if (Buffer.byteLength(text) > MAX_BYTES) throw new Error('Filter policy is too large');
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw new Error('failed to parse JSON.');
  }
  if (!isObject(policy)) throw new Error('Filter is not an object');
  const { keys, combinations } = checkLevel(policy, scope === 'MessageBody');
  if (keys > MAX_KEYS) throw new Error('Filter policy can not have more than 5 keys');
  if (combinations > MAX_COMBINATIONS) throw new Error('Filter policy is too complex');
  return policy;
}

const scalars = (value: unknown): Scalar[] => [value].flat().filter(isScalar);

/** Whether message attributes satisfy a checked policy: every name, by any of its rules. */
export function matchesAttributes(policy: FilterPolicy, document: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(policy).every(([name, value]) => {
    if (name === '$or' && Array.isArray(value) && value.every(isObject)) {
      return value.some((part) => matchesAttributes(part, document));
    }
    const found = Object.hasOwn(document, name) ? document[name] : undefined;
    return Array.isArray(value) && value.some((rule) => readRule(rule)(found === undefined ? [] : scalars(found)));
  });
}

/** The rules for one place in a body, by the dotted path that is left to it. */
interface Condition {
  readonly path: string;
  readonly rules: readonly unknown[];
}

const holds = ({ rules }: Condition, values: readonly Scalar[]) => rules.some((rule) => readRule(rule)(values));

/** The alternatives of a policy (`$or`), each a list of conditions that must all hold. */
function alternatives(policy: FilterPolicy, prefix = ''): Condition[][] {
  return Object.entries(policy).reduce<Condition[][]>(
    (lists, [name, value]) => {
      const path = prefix === '' ? name : `${prefix}.${name}`;
      const isChoice = name === '$or' && Array.isArray(value) && value.every(isObject);
      const added = isChoice
        ? value.flatMap((part) => alternatives(part, prefix))
        : isObject(value)
          ? alternatives(value, path)
          : [[{ path, rules: Array.isArray(value) ? value : [] }]];
      return lists.flatMap((list) => added.map((more) => [...list, ...more]));
    },
    [[]],
  );
}

/** The conditions below each member of `node`; those under no member are in `absent`. */
function byMember(node: Readonly<Record<string, unknown>>, conditions: readonly Condition[]) {
  const below = new Map<string, Condition[]>();
  const absent: Condition[] = [];
  for (const { path, rules } of conditions) {
    // A body may spell `a.b` nested, as one dotted name, or mixed: the longest name that exists
    // counts.
    const names = Object.keys(node).filter((name) => path === name || path.startsWith(`${name}.`));
    const [name] = names.sort((a, b) => b.length - a.length);
    if (name === undefined) absent.push({ path, rules });
    else below.set(name, [...(below.get(name) ?? []), { path: path.slice(name.length + 1), rules }]);
  }
  return { below, absent };
}

/**
 * Whether a part of a body satisfies conditions; of an array of objects one object must satisfy all
 * of them.
 */
function satisfies(node: unknown, conditions: readonly Condition[]): boolean {
  if (isObject(node)) {
    const { below, absent } = byMember(node, conditions);
    return (
      absent.every((condition) => holds(condition, [])) &&
      [...below].every(([name, inner]) => satisfies(node[name], inner))
    );
  }
  const deep = [node].flat(Number.POSITIVE_INFINITY);
  const here = conditions.filter(({ path }) => path === '');
  const further = conditions.filter(({ path }) => path !== '');
  const objects = deep.filter(isObject);
  return (
    here.every((condition) => holds(condition, deep.filter(isScalar))) &&
    (objects.length === 0
      ? further.every((condition) => holds(condition, []))
      : further.length === 0 || objects.some((object) => satisfies(object, further)))
  );
}

/** Whether a message body satisfies a checked policy. */
export const matchesBody = (policy: FilterPolicy, body: Readonly<Record<string, unknown>>): boolean =>
  alternatives(policy).some((conditions) => satisfies(body, conditions));
