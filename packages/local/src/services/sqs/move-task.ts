/** A message move task: plain data. */
export interface MoveTask {
  readonly id: string;
  /** The dead-letter queue that it empties. */
  readonly sourceArn: string;
  /** Without it every message goes back to the queue that it was a dead letter of. */
  readonly destinationArn: string | undefined;
  /** As asked for; the task moves up to 500 a second without it. */
  readonly maxPerSecond: number | undefined;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLING' | 'CANCELLED' | 'FAILED';
  moved: number;
  /** Approximate, as counted at the start. */
  readonly toMove: number;
  readonly startedAt: number;
  failureReason: string | undefined;
}

/** Whether another task of its source must wait. */
export const isActive = ({ status }: MoveTask) => status === 'RUNNING' || status === 'CANCELLING';
