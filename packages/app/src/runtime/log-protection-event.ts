import type { ProtectionEvent } from '@twelvefold/lifecycle/service';
import type { Logger } from '@twelvefold/logging';

/** Logs what became of the task's scale-in protection. */
export function logProtectionEvent(logger: Logger, event: ProtectionEvent): void {
  switch (event.type) {
    case 'protected':
      logger.debug('task protected from scale-in', { minutes: event.minutes });
      break;
    case 'released':
      logger.debug('task protection released');
      break;
    case 'refused': {
      const { reason, detail, final } = event;
      logger.warn(`ECS refused to protect the task: ${reason}`, { reason, detail, final });
      break;
    }
    case 'overdue':
      logger.warn('work goes on for longer than a task can be protected', { held_ms: event.heldMs });
  }
}
