import type { Stores } from '../../core/stores.ts';
import { storeKey } from '../../core/stores.ts';
import type { EventPattern } from './event-pattern.ts';

export interface Target {
  readonly id: string;
  readonly arn: string;
  /** In place of the event. */
  readonly input: unknown;
}

export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly pattern: EventPattern | undefined;
  readonly schedule: string | undefined;
  readonly description: string | undefined;
  readonly state: string;
  readonly targets: Map<string, Target>;
}

const STORE = storeKey('events', () => new Map<string, Rule>());

/** The rules of the default bus. */
export const rulesOf = (stores: Stores): Map<string, Rule> => stores.get(STORE);
