import type { ResumeContext } from '../../core/service.ts';
import { runDelivery } from './run-delivery.ts';
import { topicStore } from './topic-store.ts';

/** Functions are registered only after the endpoint has started. */
const LAMBDA_WAIT_MS = 60_000;

/** Lets the deliveries of a snapshot go on. */
export function resumeDeliveries(context: ResumeContext): void {
  const { clock, stores } = context;
  for (const delivery of stores.get(topicStore).deliveries.values()) {
    const wait = Math.max(0, delivery.dueAt - clock.now());
    clock.after(delivery.kind === 'lambda' ? Math.max(wait, LAMBDA_WAIT_MS) : wait, () =>
      runDelivery(delivery, context),
    );
  }
}
