import type { QueueDefinition, TopicDefinition } from '@twelvefold/backing';
import type { $ZodType } from 'zod/v4/core';
import { toJSONSchema } from 'zod/v4/core';

/** The part of JSON Schema that is compared. */
interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/**
 * Why messages of the topics that a queue subscribes to would not fit its schema, as far as the schemas can tell: those that implement
 * Standard JSON Schema (zod does), and those of zod/mini, are compared field by field. The compiler has compared them before; this is for apps in JavaScript and for casts. What
 * is filtered, or is a union, is left to the queue's own check of each message.
 */
export function subscriptionFaults(key: string, queue: QueueDefinition): string[] {
  const wanted = jsonSchemaOf(queue);
  if (wanted?.properties === undefined) return [];
  return queue.subscribe.flatMap((topic, at) => {
    const given = queue.filters[at] === undefined ? jsonSchemaOf(topic) : undefined;
    if (given?.properties === undefined) return [];
    return misfits(given, wanted, '').map(
      (fault) => `'${key}' subscribes to the topic '${topic.name}', whose messages do not fit: ${fault}`,
    );
  });
}

/** Subscriptions that nothing compares at build: a library whose schemas have no JSON Schema. */
export function unseenSubscriptions(key: string, queue: QueueDefinition): string[] {
  return queue.subscribe.flatMap((topic, at) => {
    if (queue.filters[at] !== undefined) return [];
    const unseen = [topic, queue].filter((one) => jsonSchemaOf(one) === undefined);
    const names = unseen.map(({ kind, name, schema }) => `${kind} '${name}' (${schema['~standard'].vendor})`);
    if (names.length === 0) return [];
    return [
      `'${key}' subscribes to the topic '${topic.name}' unchecked at build: the schema of ${names.join(' and of ')} has no JSON Schema; the compiler has compared them where it could, and each message is checked as it arrives`,
    ];
  });
}

function misfits(given: JsonSchema, wanted: JsonSchema, path: string): string[] {
  return Object.entries(wanted.properties ?? {}).flatMap(([name, field]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const there = given.properties?.[name];
    if (there === undefined) return wanted.required?.includes(name) ? [`${at} is missing`] : [];
    if (wanted.required?.includes(name) && given.required?.includes(name) === false) return [`${at} may be missing`];
    const [from, to] = [typesOf(there), typesOf(field)];
    const other = from.filter((type) => !to.includes(type) && !(type === 'integer' && to.includes('number')));
    if (from.length > 0 && to.length > 0 && other.length > 0) {
      return [`${at} may be ${other.join(' or ')}, and is to be ${to.join(' or ')}`];
    }
    return there.properties && field.properties ? misfits(there, field, at) : [];
  });
}

function typesOf({ type }: JsonSchema): readonly string[] {
  if (type === undefined) return [];
  return typeof type === 'string' ? [type] : type;
}

/** What is on the wire is a schema's input. `undefined` where the schema, or a part of it, has no JSON Schema. */
function jsonSchemaOf({ schema }: QueueDefinition | TopicDefinition): JsonSchema | undefined {
  // Standard JSON Schema is an optional part of the same interface; every step is checked.
  const standard = schema['~standard'] as { jsonSchema?: { input?(options: { target: string }): unknown } };
  try {
    const made =
      standard.jsonSchema?.input === undefined && '_zod' in schema
        ? toJSONSchema(schema as object as $ZodType, { io: 'input' }) // zod/mini: the same schema without methods
        : standard.jsonSchema?.input?.({ target: 'draft-2020-12' });
    return typeof made === 'object' && made !== null ? made : undefined;
  } catch {
    return undefined;
  }
}
