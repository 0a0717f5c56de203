import type { StandardSchemaV1 } from '@standard-schema/spec';
import { TwelvefoldError } from '@twelvefold/lifecycle';
import { describeIssues } from './describe-issues.ts';

export interface EncodedMessage {
  /** The JSON. */
  readonly body: string;
  /** What the reader will see, before its schema has changed it. */
  readonly value: unknown;
}

/**
 * The JSON of a message, after checking that its reader will accept it.
 *
 * The wire carries the schema's input, not its output: the reader parses it again, so transforms and defaults apply once,
 * there. What is validated is the parsed JSON, exactly what the reader will see; a `Date` that `z.date()` would accept here but
 * refuse as a string over there fails now, at the sender.
 *
 * At once where the schema answers at once, as most do: a promise for each message would be a good part of its cost.
 *
 * @param action what is being done, for the error: `send message to queue 'orders'`.
 * @throws TwelvefoldError `MESSAGE_INVALID` naming every field that does not fit, and no values.
 */
export function encodeMessage(
  action: string,
  schema: StandardSchemaV1,
  message: unknown,
): EncodedMessage | Promise<EncodedMessage> {
  const body = stringify(action, message);
  const value: unknown = JSON.parse(body);
  const accepted = (result: StandardSchemaV1.Result<unknown>): EncodedMessage => {
    if (!result.issues) return { body, value };
    throw new TwelvefoldError('MESSAGE_INVALID', `Cannot ${action}: ${describeIssues(schema, result.issues)}`);
  };
  const result = schema['~standard'].validate(value);
  return result instanceof Promise ? result.then(accepted) : accepted(result);
}

function stringify(action: string, message: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(message);
  } catch (error) {
    // V8's message quotes property names of the cycle only, but a toJSON of the caller's may quote anything.
    throw new TwelvefoldError('MESSAGE_INVALID', `Cannot ${action}: it cannot be written as JSON`, { cause: error });
  }
  if (json === undefined) {
    throw new TwelvefoldError('MESSAGE_INVALID', `Cannot ${action}: ${typeof message} has no JSON`);
  }
  return escapeForSqs(json);
}

/**
 * SQS and SNS store U+FFFE and U+FFFF as U+FFFD without a word (SendMessage, AWS API reference: allowed characters). Both can
 * only stand inside a JSON string, where an escape means the same; JSON.stringify has already escaped the other forbidden ones.
 */
function escapeForSqs(json: string): string {
  return /[\uFFFE\uFFFF]/.test(json) ? json.replaceAll('\uFFFE', '\\ufffe').replaceAll('\uFFFF', '\\uffff') : json;
}
