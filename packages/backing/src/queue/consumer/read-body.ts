/** A message's body as JSON, and the attributes of an SNS envelope around it. */
export interface ReadBody {
  readonly value: unknown;
  /** The attributes in an envelope; `undefined` without one. */
  readonly attributes: Readonly<Record<string, string>> | undefined;
}

interface SnsEnvelope {
  Type: 'Notification';
  MessageId: string;
  TopicArn: string;
  Message: string;
  MessageAttributes?: Record<string, { Type?: string; Value?: string }>;
}

/**
 * Parses a body. Without raw delivery SNS wraps the published message in an envelope; then the message
 * and its attributes are those inside.
 *
 * @throws SyntaxError when the body, or the message inside an envelope, is not JSON. Its text quotes the
 * body: do not log it.
 */
export function readBody(body: string): ReadBody {
  const value: unknown = JSON.parse(body);
  if (!isEnvelope(value)) return { value, attributes: undefined };
  const attributes: Record<string, string> = {};
  for (const [name, attribute] of Object.entries(value.MessageAttributes ?? {})) {
    if (typeof attribute.Value === 'string' && attribute.Type !== 'Binary') attributes[name] = attribute.Value;
  }
  return { value: JSON.parse(value.Message), attributes };
}

function isEnvelope(value: unknown): value is SnsEnvelope {
  if (typeof value !== 'object' || value === null) return false;
  const candidate = value as Partial<SnsEnvelope>; // every field is checked next
  return (
    candidate.Type === 'Notification' &&
    typeof candidate.MessageId === 'string' &&
    typeof candidate.TopicArn === 'string' &&
    candidate.TopicArn.startsWith('arn:') &&
    typeof candidate.Message === 'string'
  );
}
