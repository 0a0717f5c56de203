import { randomUUID } from 'node:crypto';
import type { CallContext } from '../../core/service.ts';
import { matchesPattern } from './event-pattern.ts';
import { rulesOf } from './rule-store.ts';

/** An event of a service on the default bus. */
export interface EmittedEvent {
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Where an event happens. */
export type EventPlace = Pick<CallContext, 'account' | 'region' | 'clock' | 'background' | 'stores' | 'functions'>;

/** The event as targets get it. */
export function eventOf({ account, region, clock }: EventPlace, event: EmittedEvent): Record<string, unknown> {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': event.detailType,
    source: event.source,
    account,
    time: new Date(Math.floor(clock.now() / 1_000) * 1_000).toISOString().replace('.000Z', 'Z'),
    region,
    resources: [...event.resources],
    detail: event.detail,
  };
}

/** Delivers an event to the targets of the rules whose pattern it matches. */
export function emitEvent(place: EventPlace, event: EmittedEvent): void {
  const full = eventOf(place, event);
  for (const rule of rulesOf(place.stores).values()) {
    if (rule.state !== 'ENABLED' || rule.pattern === undefined || !matchesPattern(rule.pattern, full)) continue;
    for (const { arn, input } of rule.targets.values()) {
      // A function that fails is not a fault of EventBridge; its error is in its log.
      place.background(() => place.functions.invoke(arn, input ?? full).catch(() => {}));
    }
  }
}
