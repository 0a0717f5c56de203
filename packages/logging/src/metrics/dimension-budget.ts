/** The value that replaces every value of a dimension beyond its budget. */
const OTHER = 'other';

/**
 * Names of dimensions that are watched; more than that are values in the wrong place, and all their
 * values become `other`.
 */
const MOST_NAMES = 100;

/** The value to publish for a dimension's value: itself within the budget, `other` beyond. */
export type DimensionBudget = (name: string, value: string) => string;

/**
 * Limits the number of metrics that a process can create. CloudWatch creates, and bills, a separate
 * metric for each value of a dimension: with a user id as a value there would be as many as users.
 *
 * @param values different values per dimension, `other` not counted
 * @param onExceeded called once per dimension, when a value is replaced for the first time
 */
export function dimensionBudget(values: number, onExceeded: (name: string) => void): DimensionBudget {
  const seen = new Map<string, Set<string>>();
  const reported = new Set<string>();
  return (name, value) => {
    let known = seen.get(name);
    if (known?.has(value)) return value;
    if (!known && seen.size < MOST_NAMES) {
      known = new Set();
      seen.set(name, known);
    }
    if (known && known.size < values) {
      known.add(value);
      return value;
    }
    if (!reported.has(name) && reported.size < MOST_NAMES) {
      reported.add(name);
      onExceeded(name);
    }
    return OTHER;
  };
}
