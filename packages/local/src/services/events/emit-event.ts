import { randomUUID } from 'node:crypto';
import type { CallContext } from '../../core/service.ts';
import { matchesPattern } from './event-pattern.ts';
import type { Rule } from './rule-store.ts';
import { rulesOf } from './rule-store.ts';

/** An event of a service on the default bus. */
export interface EmittedEvent {
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Where an event happens. */
export type EventPlace = Pick<
  CallContext,
  'account' | 'region' | 'clock' | 'background' | 'stores' | 'functions' | 'permits'
>;

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

/**
 * Invokes the functions that a rule names, where their policies let the rule. A function that fails
 * is not a fault of EventBridge; its error is in its log.
 */
export function invokeTargets(rule: Rule, event: unknown, place: EventPlace): void {
  const { permits, region, functions, background } = place;
  for (const { arn, input } of rule.targets.values()) {
    if (!functions.has(arn)) continue;
    const call = { from: 'events.amazonaws.com', action: 'lambda:InvokeFunction', resource: arn };
    if (!permits({ ...call, sourceArn: rule.arn, region })) continue;
    background(() => functions.invoke(arn, input ?? event).catch(() => {}));
  }
}

/** Delivers an event to the targets of the rules whose pattern it matches. */
export function emitEvent(place: EventPlace, event: EmittedEvent): void {
  const full = eventOf(place, event);
  for (const rule of rulesOf(place.stores).values()) {
    if (rule.state !== 'ENABLED' || rule.pattern === undefined || !matchesPattern(rule.pattern, full)) continue;
    invokeTargets(rule, full, place);
  }
}
