import { UnknownValueError } from './unknown-value.ts';

/**
 * The value of `Ref` to `AWS::NoValue`: the property or list item that it stands in is left out.
 */
export const NO_VALUE: unique symbol = Symbol('AWS::NoValue');

/**
 * The look-ups of a template's functions. Each throws an Error with the reason for what it cannot
 * give.
 */
export interface Scope {
  ref(name: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  condition(name: string): boolean;
  mapping(map: string, first: string, second: string): unknown;
  readonly region: string;
  /** An export of another stack. Absent where the exports are not known. */
  importValue?(name: string): unknown;
}

type Evaluate = (value: unknown) => unknown;
type Intrinsic = (argument: unknown, scope: Scope, evaluate: Evaluate) => unknown;

export function text(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TypeError(`${what} must be a string, not ${describe(value)}`);
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null || value === undefined || value === NO_VALUE) return 'nothing';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function list(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${what} must be a list, not ${describe(value)}`);
  return value;
}

/** The arguments of a function that takes a fixed number of them. */
function args(value: unknown, count: number): unknown[] {
  const given = list(value, 'its argument');
  if (given.length !== count) throw new TypeError(`it takes ${count} arguments, not ${given.length}`);
  return given;
}

/** `${Name}` and `${Name.Attribute}`; `${!Name}` is the text `${Name}`. */
const SUB_PLACEHOLDER = /\$\{(!?)([^{}]+)\}/g;

function substitute(argument: unknown, scope: Scope, evaluate: Evaluate): string {
  const [template, given] = Array.isArray(argument) ? args(argument, 2) : [argument, {}];
  if (typeof template !== 'string') throw new TypeError('its text must be a string');
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TypeError('its variables must be an object');
  }
  const variables = new Map(Object.entries(given));
  return template.replace(SUB_PLACEHOLDER, (_whole, literal: string, written: string) => {
    if (literal === '!') return `\${${written}}`;
    const name = written.trim();
    if (variables.has(name)) return text(evaluate(variables.get(name)), `the variable ${name}`);
    const dot = name.indexOf('.');
    const value = dot < 0 ? scope.ref(name) : scope.attribute(name.slice(0, dot), name.slice(dot + 1));
    return text(value, name);
  });
}

function select(argument: unknown, evaluate: Evaluate): unknown {
  const [first, second] = args(argument, 2);
  const index = Number(text(evaluate(first), 'the index'));
  const items = list(evaluate(second), 'the second argument');
  if (!Number.isInteger(index) || index < 0 || index >= items.length) {
    throw new RangeError(`the index ${index} is not in a list of ${items.length}`);
  }
  return items[index];
}

function findInMap(argument: unknown, scope: Scope, evaluate: Evaluate): unknown {
  const [map, first, second, options] = list(argument, 'its argument');
  const keys = [map, first, second].map((key) => text(evaluate(key), 'each key'));
  try {
    return evaluate(scope.mapping(keys[0] ?? '', keys[1] ?? '', keys[2] ?? ''));
  } catch (error) {
    if (typeof options === 'object' && options !== null && 'DefaultValue' in options) {
      return evaluate(options.DefaultValue);
    }
    throw error;
  }
}

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope) => scope.ref(text(argument, 'the name')),
  'Fn::GetAtt': (argument, scope, evaluate) => {
    // JSON templates write a list; the text form comes from YAML.
    const [id, ...path] = typeof argument === 'string' ? argument.split('.') : list(argument, 'its argument');
    const name = path.map((part) => text(evaluate(part), 'the attribute')).join('.');
    return scope.attribute(text(id, 'the logical id'), name);
  },
  'Fn::Sub': substitute,
  'Fn::Join': (argument, _scope, evaluate) => {
    const [delimiter, items] = args(argument, 2);
    return list(evaluate(items), 'the second argument')
      .map((item) => text(item, 'each item'))
      .join(text(delimiter, 'the delimiter'));
  },
  'Fn::Select': (argument, _scope, evaluate) => select(argument, evaluate),
  'Fn::Split': (argument, _scope, evaluate) => {
    const [delimiter, source] = args(argument, 2);
    return text(evaluate(source), 'the second argument').split(text(delimiter, 'the delimiter'));
  },
  'Fn::If': (argument, scope, evaluate) => {
    const [condition, whenTrue, whenFalse] = args(argument, 3);
    return evaluate(scope.condition(text(condition, 'the condition')) ? whenTrue : whenFalse);
  },
  'Fn::FindInMap': findInMap,
  'Fn::Base64': (argument, _scope, evaluate) =>
    Buffer.from(text(evaluate(argument), 'its argument')).toString('base64'),
  'Fn::GetAZs': (argument, scope, evaluate) => {
    const region = text(evaluate(argument), 'the region') || scope.region;
    return ['a', 'b', 'c'].map((zone) => region + zone);
  },
  'Fn::ImportValue': (argument, scope, evaluate) => {
    if (scope.importValue !== undefined) return scope.importValue(text(evaluate(argument), 'the name'));
    throw new UnknownValueError('exports of other stacks are not known here; pass the value as a parameter instead', {
      isResource: false,
    });
  },
};

/** The function that `value` is a call of: an object with this one key. */
function intrinsicOf(value: object): string | undefined {
  // A macro, e.g. AWS::Include, may stand beside other properties.
  if (Object.hasOwn(value, 'Fn::Transform')) return 'Fn::Transform';
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0) return undefined;
  return name === 'Ref' || name.startsWith('Fn::') ? name : undefined;
}

function call(name: string, argument: unknown, scope: Scope, at: string): unknown {
  const intrinsic = Object.hasOwn(INTRINSICS, name) ? INTRINSICS[name] : undefined;
  if (intrinsic === undefined) {
    const message = `Cannot resolve ${name} in ${at}: known are ${Object.keys(INTRINSICS).join(', ')}`;
    throw new UnknownValueError(message, { isResource: false });
  }
  const inner = `${at}.${name}`;
  try {
    return intrinsic(argument, scope, (value) => resolveIntrinsics(value, scope, inner));
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('Cannot resolve ')) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot resolve ${name} in ${at}: ${reason}`, { cause: error });
  }
}

/**
 * `value` with every function call replaced by what it gives.
 *
 * @param at - where the value stands in the template, for messages
 * @throws Error naming the function, the place and the reason.
 */
export function resolveIntrinsics(value: unknown, scope: Scope, at: string): unknown {
  if (Array.isArray(value)) {
    return value
      .map((item, index) => resolveIntrinsics(item, scope, `${at}.${index}`))
      .filter((item) => item !== NO_VALUE);
  }
  if (typeof value !== 'object' || value === null) return value;
  const name = intrinsicOf(value);
  if (name !== undefined) return call(name, Object.values(value)[0], scope, at);
  const resolved = Object.entries(value).map(([key, item]) => [key, resolveIntrinsics(item, scope, `${at}.${key}`)]);
  return Object.fromEntries(resolved.filter(([, item]) => item !== NO_VALUE));
}

/**
 * Resolves what can be resolved. A function call that cannot stays as written, and its reason goes
 * to `notes`.
 */
export function resolveKnown(value: unknown, scope: Scope, at: string, notes: string[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value) && intrinsicOf(value) !== undefined) {
    try {
      return resolveIntrinsics(value, scope, at);
    } catch (error) {
      notes.push(error instanceof Error ? error.message : String(error));
      return value;
    }
  }
  const members = Object.entries(value)
    .map(([key, item]) => [key, resolveKnown(item, scope, `${at}.${key}`, notes)] as const)
    .filter(([, item]) => item !== NO_VALUE);
  return Array.isArray(value) ? members.map(([, item]) => item) : Object.fromEntries(members);
}

function inSub(argument: unknown): string[] {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  if (typeof template !== 'string') return [];
  const locals = new Set(Object.keys(variables ?? {}));
  return [...template.matchAll(SUB_PLACEHOLDER)].flatMap(([, literal, written = '']) => {
    const name = written.trim();
    return literal === '!' || locals.has(name) ? [] : [name.split('.')[0] ?? name];
  });
}

/**
 * Logical ids, parameters and pseudo parameters that `value` refers to, of an `Fn::If` only in the
 * branch that counts.
 */
export function references(value: unknown, condition: (name: string) => boolean): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => references(item, condition));
  if (typeof value !== 'object' || value === null) return [];
  const name = intrinsicOf(value);
  const argument = name === undefined ? undefined : Object.values(value)[0];
  if (name === 'Ref' && typeof argument === 'string') return [argument];
  if (name === 'Fn::GetAtt' && typeof argument === 'string') return [argument.split('.')[0] ?? argument];
  if (name === 'Fn::GetAtt' && Array.isArray(argument) && typeof argument[0] === 'string') {
    return [argument[0], ...references(argument.slice(1), condition)];
  }
  if (name === 'Fn::Sub')
    return [...inSub(argument), ...(Array.isArray(argument) ? references(argument[1], condition) : [])];
  if (name === 'Fn::If' && Array.isArray(argument) && typeof argument[0] === 'string') {
    return references(argument[condition(argument[0]) ? 1 : 2], condition);
  }
  return Object.values(value).flatMap((item) => references(item, condition));
}
