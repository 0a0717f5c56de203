import type { Comparison } from './condition-operators.ts';
import { findOperator } from './condition-operators.ts';
import type { Pattern, RequestContext } from './pattern.ts';
import { fillPattern, parsePattern } from './pattern.ts';

/** One line of a `Condition`: an operator, a key and the key's values. */
export interface Condition {
  /** In lower case. */
  readonly key: string;
  readonly quantifier: 'one' | 'all' | 'any';
  readonly ifExists: boolean;
  /** Undefined for `Null`. */
  readonly compare: Comparison | undefined;
  readonly isNegated: boolean;
  readonly values: readonly Pattern[];
}

const QUANTIFIERS: Readonly<Record<string, Condition['quantifier']>> = { forallvalues: 'all', foranyvalue: 'any' };
const NULL: Pick<Condition, 'compare' | 'isNegated'> = { compare: undefined, isNegated: false };

const isText = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

/** Reads the `Condition` of a statement; adds what is wrong with it to `faults`. */
export function parseConditions(given: unknown, variables: boolean, at: string, faults: string[]): Condition[] {
  if (given === undefined) return [];
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    faults.push(`${at} must be an object of operators`);
    return [];
  }
  return Object.entries(given).flatMap(([written, keys]) => {
    const [, prefix, name = '', exists] = /^(?:(\w+):)?(\w+?)(IfExists)?$/i.exec(written) ?? [];
    const quantifier = prefix === undefined ? 'one' : QUANTIFIERS[prefix.toLowerCase()];
    const operator = name.toLowerCase() === 'null' && exists === undefined ? NULL : findOperator(name);
    if (quantifier === undefined || operator === undefined) {
      faults.push(`${at} has the unknown operator ${written}`);
      return [];
    }
    if (typeof keys !== 'object' || keys === null || Array.isArray(keys)) {
      faults.push(`${at}.${written} must be an object of condition keys`);
      return [];
    }
    return Object.entries(keys as Readonly<Record<string, unknown>>).map(([key, value]): Condition => {
      const values = [value].flat();
      if (!values.every(isText)) faults.push(`${at}.${written}.${key} must be text or a list of texts`);
      return {
        key: key.toLowerCase(),
        quantifier,
        ifExists: exists !== undefined,
        ...operator,
        values: values.map((one) => parsePattern(String(one), variables)),
      };
    });
  });
}

/**
 * Whether one line holds. Values of a key are alternatives; a negated operator wants none of them.
 * A missing key fails, except with a negated operator, `IfExists` and `ForAllValues`
 * (IAM User Guide, "Condition operators" and "Set operators for multivalued context keys").
 */
function holds(condition: Condition, context: RequestContext): boolean {
  const { key, quantifier, compare, isNegated, values } = condition;
  const found = context.get(key);
  if (compare === undefined) {
    return values.some((value) => fillPattern(value, context)?.toLowerCase() === String(found === undefined));
  }
  if (found === undefined || found.length === 0) {
    return condition.ifExists || quantifier === 'all' || (quantifier === 'one' && isNegated);
  }
  const wanted = values.map((value) => fillPattern(value, context));
  const matches = (value: string) =>
    wanted.some((one) => one !== undefined && compare(value, one)) ? !isNegated : isNegated;
  return quantifier === 'any' || (quantifier === 'one' && !isNegated) ? found.some(matches) : found.every(matches);
}

/** Whether every line holds: operators and keys are joined by AND. */
export const allHold = (conditions: readonly Condition[], context: RequestContext): boolean =>
  conditions.every((condition) => holds(condition, context));
