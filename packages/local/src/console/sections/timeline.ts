import type { Html } from '../html.ts';
import { dataTable, field, html } from '../html.ts';
import type { ConsoleContext, Section } from '../section.ts';

interface Step {
  readonly atMs: number;
  readonly where: 'log' | 'call';
  readonly component: string;
  readonly what: string;
  readonly detail: string;
  readonly level?: string;
}

interface TimelinePage {
  readonly id: string | undefined;
  readonly steps: readonly Step[];
  /** The newest ids, with the first line of each. */
  readonly recent: ReadonlyArray<{ readonly id: string; readonly atMs: number; readonly message: string }>;
}

const RECENT = 30;
/** A log line is written after the call that it reports. */
const SLACK_MS = 20;
/** Calls that a loop makes whether or not there is work. */
const IDLE = /^(ReceiveMessage|GetQueueAttributes|GetQueueUrl)$/;

/** One correlation id: its log lines, and the calls that their components made meanwhile. */
export const timelineSection: Section<TimelinePage> = {
  path: 'timeline',
  title: 'Timeline',
  read: (context, { search }) => {
    const id = search.get('id') || undefined;
    return { id, steps: id === undefined ? [] : stepsOf(context, id), recent: recentIds(context) };
  },
  render,
};

function stepsOf({ logs, aws }: ConsoleContext, id: string): Step[] {
  const lines = logs.of(id);
  const spans = new Map<string, { from: number; to: number }>();
  for (const { component, atMs, fields } of lines) {
    const http = fields.http as { duration_ms?: unknown } | undefined; // only read
    const took = Number(fields.duration_ms ?? http?.duration_ms ?? 0);
    const span = spans.get(component) ?? { from: atMs, to: atMs };
    spans.set(component, { from: Math.min(span.from, atMs - took), to: Math.max(span.to, atMs) });
  }
  const calls = aws.calls().filter(({ component, atMs, operation }) => {
    const span = component === undefined ? undefined : spans.get(component);
    return span && atMs >= span.from - SLACK_MS && atMs <= span.to + SLACK_MS && !IDLE.test(operation);
  });
  const steps: Step[] = [
    ...lines.map(
      ({ atMs, component, message, fields, level }): Step => ({
        atMs,
        where: 'log',
        component,
        what: message,
        detail: JSON.stringify(fields),
        level,
      }),
    ),
    ...calls.map(
      ({ atMs, component = '', service, operation, touched, error }): Step => ({
        atMs,
        where: 'call',
        component,
        what: `${service} ${operation}`,
        detail: `${touched.map(({ resource }) => resource.split(':').slice(5).join(':')).join(', ')}${error === undefined ? '' : ` failed: ${error}`}`,
        ...(error !== undefined && { level: 'ERROR' }),
      }),
    ),
  ];
  return steps.sort((one, other) => one.atMs - other.atMs);
}

function recentIds({ logs }: ConsoleContext): TimelinePage['recent'] {
  const found = new Map<string, { id: string; atMs: number; message: string }>();
  for (const { correlationId: id, atMs, message } of logs.list()) {
    if (id !== undefined && !found.has(id)) found.set(id, { id, atMs, message });
  }
  return [...found.values()].slice(-RECENT).reverse();
}

function render({ id, steps, recent }: TimelinePage): Html {
  const start = steps[0]?.atMs ?? 0;
  return html`<form method="get" action="/timeline">${field('id', 'Correlation id', { value: id ?? '', required: true, size: '40' })}<button>Show</button></form>
${
  id === undefined
    ? ''
    : dataTable(
        `${id}: log lines with this id, and the calls of their components in the same time`,
        ['ms', 'Component', 'Kind', 'What', 'Detail'],
        steps.map(({ atMs, component, where, what, detail, level = '' }) => [
          atMs - start,
          component,
          where,
          html`<span class="level-${level}">${what}</span>`,
          html`<code>${detail}</code>`,
        ]),
        'No log line has this id.',
      )
}
<h2>Newest</h2>
${dataTable(
  'Correlation ids',
  ['At', 'Id', 'First line'],
  recent.map((one) => [
    new Date(one.atMs).toISOString(),
    html`<a href="/timeline?id=${encodeURIComponent(one.id)}">${one.id}</a>`,
    one.message,
  ]),
  'The app has logged nothing with a correlation id.',
)}`;
}
