/**
 * An event of EventBridge: of a rule, a schedule rule among them, or a bus. Fields as AWS documents
 * them.
 */
export interface EventBridgeEvent {
  version: string;
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  /** ISO 8601. */
  time: string;
  region: string;
  resources: string[];
  /** Empty for a scheduled event. */
  detail: unknown;
}

export function isEventBridgeEvent(event: unknown): event is EventBridgeEvent {
  const candidate = event as Partial<EventBridgeEvent> | null; // only looked at, field by field
  return (
    typeof candidate?.['detail-type'] === 'string' &&
    typeof candidate.source === 'string' &&
    typeof candidate.id === 'string' &&
    'detail' in candidate
  );
}
