import type { LogLine } from '../../examples/orders/tour/app-log.ts';
import type { RunningApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';
import { isShared } from './intended-differences.ts';

/** Waits until `component` has logged `message` in the flow, and gives the flow's lines. */
export function linesOf(
  app: RunningApp,
  correlationId: string,
  last: { component: string; message: string },
): Promise<LogLine[]> {
  return until(
    `${last.component} logs "${last.message}" for ${correlationId}`,
    () => app.log.of(correlationId),
    (found) => found.some(({ component, message }) => component === last.component && message === last.message),
  );
}

/**
 * That line's fields. It need not be the flow's last: a front may log that it answered after a
 * consumer is done.
 */
export async function fieldsOf(
  app: RunningApp,
  correlationId: string,
  line: { component: string; message: string },
): Promise<Readonly<Record<string, unknown>>> {
  const lines = await linesOf(app, correlationId, line);
  return lines.find(({ component, message }) => component === line.component && message === line.message)?.fields ?? {};
}

/**
 * The log of the flow, once `last` is in it: each line's component, message and fields. Lines of
 * different components are in no order.
 */
export async function logged(app: RunningApp, correlationId: string, last: { component: string; message: string }) {
  const lines = await linesOf(app, correlationId, last);
  return lines
    .map(({ component, message, fields }) => ({
      component,
      message,
      level: fields.level,
      fields: Object.keys(fields).filter(isShared).sort(),
    }))
    .sort((a, b) => `${a.component}${a.message}`.localeCompare(`${b.component}${b.message}`));
}
