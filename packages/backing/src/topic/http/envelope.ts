/** A request of SNS's to an HTTP subscription, as it is on the wire. */
export interface SnsEnvelope {
  readonly Type: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  readonly MessageId: string;
  readonly TopicArn: string;
  readonly Message: string;
  readonly Timestamp: string;
  readonly SignatureVersion: string;
  readonly Signature: string;
  readonly SigningCertURL: string;
  readonly Subject?: string;
  readonly Token?: string;
  readonly SubscribeURL?: string;
  readonly MessageAttributes?: Readonly<Record<string, { Type?: string; Value?: string }>>;
}

const TYPES = ['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation'];
const TEXTS = [
  'MessageId',
  'TopicArn',
  'Message',
  'Timestamp',
  'SignatureVersion',
  'Signature',
  'SigningCertURL',
] as const;

/**
 * The envelope in a request's body, or `undefined` if it is not one: not JSON, a field missing, or
 * not text.
 */
export function readEnvelope(body: string): SnsEnvelope | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const candidate = value as Partial<SnsEnvelope>; // every field that is read is checked next
  if (!TYPES.includes(candidate.Type ?? '')) return undefined;
  if (TEXTS.some((name) => typeof candidate[name] !== 'string')) return undefined;
  for (const name of ['Subject', 'Token', 'SubscribeURL'] as const) {
    if (candidate[name] !== undefined && candidate[name] !== null && typeof candidate[name] !== 'string')
      return undefined;
  }
  if (candidate.Type !== 'Notification' && (!candidate.Token || !candidate.SubscribeURL)) return undefined;
  return candidate as SnsEnvelope; // checked above
}

/**
 * The signed text: these fields in this order, name and value a line each (SNS developer guide,
 * verifying signatures).
 */
export function signedText(envelope: SnsEnvelope): string {
  const names =
    envelope.Type === 'Notification'
      ? (['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'] as const)
      : (['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'] as const);
  return names
    .filter((name) => envelope[name] !== undefined && envelope[name] !== null)
    .map((name) => `${name}\n${envelope[name]}\n`)
    .join('');
}
