import type { StandardSchemaV1 } from '@standard-schema/spec';
import { SNS_LIMITS } from './sns-limits.ts';
import type { FilterCondition, TopicSubscription } from './subscription.ts';
import type { TopicDefinition } from './topic.ts';

type Exact = string | number | boolean;
/**
 * A value that must be met, or a condition: a prefix, all but some texts, or a range of numbers,
 * both ends included.
 */
type Wanted<V> =
  | Extract<V, Exact>
  | (Extract<V, string> extends never ? never : { prefix: string } | { not: ReadonlyArray<Extract<V, string>> })
  | (Extract<V, number> extends never ? never : { from?: number; to?: number });

type FilterOf<M, F extends string> = {
  readonly [K in F]?: K extends keyof M ? Wanted<M[K]> | ReadonlyArray<Wanted<M[K]>> : never;
};

/** The values that a part of a filter names, when it names nothing but values. */
type Values<W> = W extends readonly (infer V)[] ? V : W;
/** The variants of `M` that can pass. Only exact values tell variants apart. */
type Passing<M, W> = M extends unknown
  ? {
      [K in keyof W & keyof M]: Extract<Values<W[K]>, object> extends never ? Extract<M[K], Values<W[K]>> : M[K];
    } extends infer P
    ? true extends { [K in keyof P]: [P[K]] extends [never] ? true : false }[keyof P]
      ? never
      : M
    : never
  : never;

/**
 * The part of a topic's messages that a queue subscribes to. Several fields must all be met, of
 * several values one. When a field tells the variants of a union apart, the queue's schema has to
 * fit only the variants that pass.
 *
 * @throws TypeError for a field that is not among the topic's `filters`, RangeError for one without
 * a value, and for more than SNS takes: 5 fields and 150 combinations of their conditions.
 * @example
 * ```ts
 * const schema = z.object({ kind: z.string(), cents: z.number() });
 * const orders = topic('orders', { schema, filters: ['kind', 'cents'] });
 * const Large = z.object({ cents: z.number() });
 * const large = filtered(orders, { kind: ['placed', 'changed'], cents: { from: 100_000 } });
 * queue('large-orders', { schema: Large, subscribe: [large] });
 * ```
 */
export function filtered<
  S extends StandardSchemaV1,
  F extends string,
  const W extends FilterOf<StandardSchemaV1.InferInput<S>, F>,
>(topic: TopicDefinition<S, F>, filter: W): TopicSubscription<Passing<StandardSchemaV1.InferInput<S>, W>> {
  const policy: Record<string, readonly FilterCondition[]> = {};
  for (const [field, wanted] of Object.entries(filter)) {
    if (!(topic.filters as readonly string[]).includes(field)) {
      throw new TypeError(
        `Cannot filter topic '${topic.name}' by '${field}': it is not among the topic's filters (${topic.filters.join(', ')})`,
      );
    }
    const conditions = (Array.isArray(wanted) ? wanted : [wanted]).map((one) => condition(topic.name, field, one));
    if (conditions.length === 0)
      throw new RangeError(`Cannot filter topic '${topic.name}' by '${field}': no value is named`);
    policy[field] = Object.freeze(conditions);
  }
  for (const [field, conditions] of Object.entries(policy)) {
    for (const one of conditions.flatMap((rule) =>
      typeof rule === 'object' && 'numeric' in rule ? rule.numeric : [],
    )) {
      if (typeof one === 'string' || Math.abs(one) <= SNS_LIMITS.filterNumber) continue;
      throw new RangeError(
        `Cannot filter topic '${topic.name}' by '${field}': ${one} is not between -${SNS_LIMITS.filterNumber} and ${SNS_LIMITS.filterNumber}, as SNS allows`,
      );
    }
  }
  const fields = Object.keys(policy).length;
  if (fields === 0)
    throw new RangeError(`Cannot filter topic '${topic.name}': no field is named; subscribe to the topic itself`);
  const combinations = Object.values(policy).reduce((product, { length }) => product * length, 1);
  if (fields > SNS_LIMITS.filterFields || combinations > SNS_LIMITS.filterCombinations) {
    throw new RangeError(
      `Cannot filter topic '${topic.name}': it names ${fields} fields with ${combinations} combinations of their conditions; SNS allows ${SNS_LIMITS.filterFields} and ${SNS_LIMITS.filterCombinations}`,
    );
  }
  return Object.freeze({ kind: 'subscription', topic, filter: Object.freeze(policy) });
}

function condition(topic: string, field: string, wanted: unknown): FilterCondition {
  if (typeof wanted === 'string') return wanted;
  if (typeof wanted === 'boolean') return String(wanted); // travels as text
  if (typeof wanted === 'number') return { numeric: ['=', wanted] };
  const { prefix, not, from, to } = wanted as { prefix?: unknown; not?: unknown; from?: unknown; to?: unknown }; // checked next
  if (typeof prefix === 'string' && prefix !== '') return { prefix };
  if (Array.isArray(not) && not.length > 0 && not.every((one) => typeof one === 'string'))
    return { 'anything-but': not };
  const numeric = [...(typeof from === 'number' ? ['>=', from] : []), ...(typeof to === 'number' ? ['<=', to] : [])];
  if (numeric.length > 0) return { numeric };
  throw new TypeError(
    `Cannot filter topic '${topic}' by '${field}': a value is text, a number, a boolean, { prefix }, { not } or { from, to }`,
  );
}
