import type { StandardSchemaV1 } from '@standard-schema/spec';
import { TwelvefoldError } from '@twelvefold/core';
import { escapeForbiddenJson } from './allowed-text.ts';
import { describeIssues } from './describe-issues.ts';

/** A message that its schema accepts. */
export interface EncodedMessage {
  /** The JSON. */
  readonly body: string;
  /** The parsed JSON, as the reader gets it before its schema changes it. */
  readonly value: unknown;
}

/**
 * Encodes a message as JSON, after checking that its reader will accept it.
 *
 * The wire carries the schema's input, not its output: the reader parses it again, so transforms
 * and defaults apply once, there. The schema checks the parsed JSON, which is what the reader gets:
 * a `Date` that `z.date()` accepts as an object and refuses as text fails here, at the sender.
 *
 * Returns a promise only for a schema that does: one per message would be a good part of its cost.
 *
 * @param action the subject of errors: `send message to queue 'orders'`.
 * @throws TwelvefoldError `MESSAGE_INVALID` with the name of every invalid field, and no values.
 */
export function encodeMessage(
  action: string,
  schema: StandardSchemaV1,
  message: unknown,
): EncodedMessage | Promise<EncodedMessage> {
  const body = stringify(action, message);
  const value: unknown = JSON.parse(body);
  const result = schema['~standard'].validate(value);
  return result instanceof Promise
    ? result.then((late) => accepted(action, schema, late, body, value))
    : accepted(action, schema, result, body, value);
}

function accepted(
  action: string,
  schema: StandardSchemaV1,
  result: StandardSchemaV1.Result<unknown>,
  body: string,
  value: unknown,
): EncodedMessage {
  if (!result.issues) return { body, value };
  throw new TwelvefoldError('MESSAGE_INVALID', `Cannot ${action}: ${describeIssues(schema, result.issues)}`);
}

function stringify(action: string, message: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(message);
  } catch (error) {
    // V8 quotes property names of a cycle only, but the caller's toJSON may throw any text.
    throw new TwelvefoldError('MESSAGE_INVALID', `Cannot ${action}: it cannot be written as JSON`, { cause: error });
  }
  if (json === undefined) {
    throw new TwelvefoldError('MESSAGE_INVALID', `Cannot ${action}: ${typeof message} has no JSON`);
  }
  return escapeForbiddenJson(json);
}
