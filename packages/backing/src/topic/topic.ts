import type { StandardSchemaV1 } from '@standard-schema/spec';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { CORRELATION_ATTRIBUTE, SAMPLED_ATTRIBUTE } from '@twelvefold/lifecycle/internal';
import type { Definition } from '../definition.ts';
import { assertName } from '../definition.ts';
import type { Kind } from '../kind.ts';
import { makeDefinition } from '../kind.ts';
import type { FieldOf } from '../message/field-of.ts';
import type { Fifo, FifoOptions } from '../message/fifo.ts';
import { fifoFrom } from '../message/fifo.ts';
import { TRACEPARENT_ATTRIBUTE, XRAY_ATTRIBUTE } from '../message/outgoing-attributes.ts';
import type { TopicPublisher } from './port.ts';
import { SNS_LIMITS } from './sns-limits.ts';
import { template } from './topic-template.ts';

/** Types that a filter can compare: SNS compares text and numbers. */
type Filterable = string | number | boolean | null | undefined;

export interface TopicOptions<S extends StandardSchemaV1, F extends string = string> {
  /** The schema of a message; checked before it is published. */
  schema: S;
  /**
   * Keeps order within a group; its subscribers are FIFO queues, or standard ones that do without
   * the order. @defaultValue false
   */
  fifo?: boolean | FifoOptions<StandardSchemaV1.InferInput<S>>;
  /**
   * Fields of the message that subscriptions may filter by, 7 at most: they travel as attributes.
   * @defaultValue none
   */
  filters?: readonly F[] & ReadonlyArray<FieldOf<StandardSchemaV1.InferInput<S>, Filterable>>;
  /**
   * The largest message with its attributes in bytes, 1,024 to 1,048,576. Above 262,144 SNS refuses
   * subscriptions that cannot take it (SNS developer guide, large messages). @defaultValue 262144
   */
  maxBytes?: number;
}

/** The accesses of a topic. */
const TOPIC_ACCESSES = { publish: { methods: ['publish', 'publishAll'], actions: ['sns:Publish'] } } as const;

export interface TopicDefinition<S extends StandardSchemaV1 = StandardSchemaV1, F extends string = string>
  extends Definition<TopicPublisher<StandardSchemaV1.InferInput<S>>, typeof TOPIC_ACCESSES> {
  readonly kind: 'topic';
  readonly schema: S;
  readonly fifo: Fifo | undefined;
  readonly filters: readonly F[];
  readonly maxBytes: number;
}

/**
 * Attributes that carry correlation and trace: a filter on a field of this name would look at
 * those.
 */
const RESERVED_ATTRIBUTES: readonly string[] = [
  CORRELATION_ATTRIBUTE,
  SAMPLED_ATTRIBUTE,
  TRACEPARENT_ATTRIBUTE,
  XRAY_ATTRIBUTE,
];
/**
 * SNS developer guide, message attributes; SQS's, which they become with raw delivery, are the
 * same.
 */
const ATTRIBUTE_NAME = /^[A-Za-z0-9_.-]{1,256}$/;

/**
 * Declares a topic. No I/O happens here.
 *
 * @throws TypeError or RangeError for a name, an option or a limit that SNS would refuse.
 * @example
 * ```ts
 * const schema = z.object({ orderId: z.string(), region: z.string() });
 * const events = topic('order-events', { schema, filters: ['region'] });
 * ```
 */
export function topic<S extends StandardSchemaV1, const F extends string = never>(
  name: string,
  options: TopicOptions<S, F>,
): TopicDefinition<S, F> {
  assertName('topic', name);
  assertKnownOptions(`define topic '${name}'`, options, ['schema', 'fifo', 'filters', 'maxBytes']);
  const { schema, filters = [], maxBytes = SNS_LIMITS.defaultBytes } = options;
  if (filters.length > SNS_LIMITS.filters || new Set(filters).size < filters.length) {
    throw new RangeError(
      `Cannot define topic '${name}': filters are ${filters.join(', ')}; ${SNS_LIMITS.filters} different ones fit into a message's attributes`,
    );
  }
  for (const field of filters) {
    if (RESERVED_ATTRIBUTES.includes(field)) {
      throw new TypeError(
        `Cannot define topic '${name}': filters has '${field}', an attribute that every message already has; give the field another name`,
      );
    }
    if (!ATTRIBUTE_NAME.test(field) || /^(aws|amazon)\./i.test(field) || /^\.|\.\.|\.$/.test(field)) {
      throw new TypeError(
        `Cannot define topic '${name}': filters has '${field}', which SNS takes for no attribute: letters, digits, -, _ and dots between them, 256 at most, not beginning with AWS. or Amazon.`,
      );
    }
  }
  if (!Number.isInteger(maxBytes) || maxBytes < 1_024 || maxBytes > SNS_LIMITS.mostBytes) {
    throw new RangeError(
      `Cannot define topic '${name}': maxBytes is ${maxBytes}; SNS allows 1024 to ${SNS_LIMITS.mostBytes}`,
    );
  }
  const fields = {
    name,
    schema,
    fifo: fifoFrom(`topic '${name}'`, options.fifo),
    filters: Object.freeze([...filters]),
    maxBytes,
  };
  return makeDefinition(TOPIC, fields) as TopicDefinition<S, F>; // its types exist in the compiler only
}

const TOPIC: Kind<TopicDefinition, object, typeof TOPIC_ACCESSES> = {
  name: 'topic',
  accesses: TOPIC_ACCESSES,
  details: ({ fifo, maxBytes }) => ({ fifo: fifo !== undefined, maxBytes }),
  drivers: {
    sns: {
      binding: { value: 'arn', pattern: /^arn:[^:\s]+:sns:[^:\s]*:[^:\s]*:[^:\s]+$/, expected: 'the ARN of a topic' },
      modules: ['@twelvefold/backing/sns'],
      // SNS demands the suffix on topics that keep order, and refuses it on others.
      nameSuffix: ({ fifo }) => (fifo ? '.fifo' : ''),
      infrastructure: template,
      open: async (definition, { target: arn, aws, clock, random }) => {
        const { createSnsPublisher } = await import('@twelvefold/backing/sns');
        return { client: createSnsPublisher({ definition, arn, aws, clock, random }) };
      },
    },
  },
};
