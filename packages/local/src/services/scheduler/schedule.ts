import type { CallContext } from '../../core/service.ts';

export interface ScheduleTarget {
  readonly arn: string;
  readonly roleArn: string;
  readonly input: string | undefined;
  readonly maxRetries: number;
  readonly maxAgeSeconds: number;
  readonly deadLetterArn: string | undefined;
}

export interface Schedule {
  readonly name: string;
  readonly group: string;
  readonly arn: string;
  readonly expression: string;
  readonly timeZone: string;
  readonly state: string;
  readonly description: string | undefined;
  readonly target: ScheduleTarget;
  /** Deletes itself behind its last run. */
  readonly oneOff: boolean;
  readonly window: unknown;
  readonly createdMs: number;
  readonly changedMs: number;
}

/** Where schedules fall due. */
export type SchedulePlace = Pick<
  CallContext,
  'clock' | 'background' | 'stores' | 'functions' | 'account' | 'region' | 'permits'
>;
