/** The JSON around a published message that SNS sends to a queue without raw delivery. */
export interface SnsEnvelope {
  readonly Type: 'Notification';
  readonly MessageId: string;
  readonly TopicArn: string;
  readonly Message: string;
  readonly MessageAttributes?: Readonly<Record<string, { readonly Type?: string; readonly Value?: string }>>;
}

export function isEnvelope(value: unknown): value is SnsEnvelope {
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

/** The attributes of the published message, except binary ones. */
export function attributesOf({ MessageAttributes = {} }: SnsEnvelope): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [name, { Type, Value }] of Object.entries(MessageAttributes)) {
    if (typeof Value === 'string' && Type !== 'Binary') attributes[name] = Value;
  }
  return attributes;
}
