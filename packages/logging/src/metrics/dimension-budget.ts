/** What stands for every value of a dimension beyond its budget. */
const OTHER = 'other';

/** Names of dimensions that are watched; more than that are values in the wrong place, and all their values become `other`. */
const MOST_NAMES = 100;

/** The value to publish for a dimension's value: itself within the budget, `other` beyond. */
export type DimensionBudget = (name: string, value: string) => string;

/**
 * Keeps the number of metrics that a process can create in bounds. CloudWatch makes, and bills, a metric of its own for each value of
 * a dimension: one user id among them, and there are as many as users.
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
