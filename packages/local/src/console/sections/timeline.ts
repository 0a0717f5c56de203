import type { ItemImage } from '../../core/item-images.ts';
import { KEPT_BODY } from '../../core/message-memory.ts';
import type { Html } from '../html.ts';
import { dataTable, field, html, pretty } from '../html.ts';
import type { ListPage } from '../list-page.ts';
import { pageLinks, pageOf } from '../list-page.ts';
import { plainItem } from '../plain-item.ts';
import type { ConsoleContext, Section, SectionRequest } from '../section.ts';

/** A row that a call wrote; an image is undefined where there was none. */
interface RowChange {
  readonly table: string;
  readonly before: unknown;
  readonly after: unknown;
}

interface Step {
  readonly atMs: number;
  readonly where: 'log' | 'call' | 'message';
  readonly component: string;
  readonly what: string;
  readonly detail: string;
  readonly level?: string;
  /** Of a call that wrote rows. */
  readonly rows?: readonly RowChange[];
  /** Of a message. */
  readonly body?: string;
}

interface TimelinePage {
  readonly id: string | undefined;
  readonly steps: readonly Step[];
  /** The newest ids, with the first line of each. */
  readonly recent: ListPage<{ readonly id: string; readonly atMs: number; readonly message: string }>;
}

const RECENT = 30;
/** Messages of each queue that are searched. */
const PEEK_LIMIT = 1_000;
/** A log line is written after the call that it reports. */
const SLACK_MS = 20;
/** Calls that a loop makes whether or not there is work. */
const IDLE = /^(ReceiveMessage|GetQueueAttributes|GetQueueUrl)$/;

/**
 * One correlation id: its log lines, the calls that their components made meanwhile with the rows
 * that they wrote, and the messages with this id, also those that were handled.
 */
export const timelineSection: Section<TimelinePage> = {
  path: 'timeline',
  title: 'Timeline',
  read: async (context, { search }) => {
    const id = search.get('id') || undefined;
    const steps = id === undefined ? [] : [...stepsOf(context, id), ...(await messagesOf(context, id))];
    return { id, steps: steps.sort((one, other) => one.atMs - other.atMs), recent: recentIds(context, search) };
  },
  render,
};

function stepsOf({ logs, aws, images }: ConsoleContext, id: string): Step[] {
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
  return [
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
    ...calls.map((call): Step => {
      const { atMs, component = '', service, operation, touched, error } = call;
      const rows = (images?.of(call) ?? []).map(({ table, before, after }) => ({
        table,
        before: shown(before),
        after: shown(after),
      }));
      return {
        atMs,
        where: 'call',
        component,
        what: `${service} ${operation}`,
        detail: `${touched.map(({ resource }) => resource.split(':').slice(5).join(':')).join(', ')}${error === undefined ? '' : ` failed: ${error}`}`,
        ...(error !== undefined && { level: 'ERROR' }),
        ...(rows.length > 0 && { rows }),
      };
    }),
  ];
}

function shown(image: ItemImage | undefined): unknown {
  if (image === undefined) return undefined;
  return 'json' in image ? plainItem(JSON.parse(image.json)) : `${image.omittedBytes} bytes, too large to keep`;
}

/** Messages with the id: those in a queue, and those that were received and have left it. */
async function messagesOf({ client, aws, region, messages }: ConsoleContext, id: string): Promise<Step[]> {
  const { QueueUrls = [] } = (await client.json('sqs', 'ListQueues', {})) as { QueueUrls?: readonly string[] };
  const names = QueueUrls.map((url) => url.split('/').at(-1) ?? url);
  const queued = await Promise.all(
    names.map(async (name) => {
      const peeked = (await aws.peek(name, { region, limit: PEEK_LIMIT })) ?? [];
      return peeked.filter(({ attributes }) => attributes.correlationId === id).map((message) => ({ name, message }));
    }),
  );
  const waiting = queued.flat();
  const isWaiting = new Set(waiting.map(({ name, message }) => `${name} ${message.messageId}`));
  const left = (messages?.withAttribute('correlationId', id) ?? [])
    .map((message) => ({ name: message.queueArn.split(':').at(-1) ?? '', message }))
    .filter(({ name, message }) => !isWaiting.has(`${name} ${message.messageId}`));
  return [
    ...waiting.map(
      ({ name, message: { sentAtMs, state, receiveCount, body } }): Step => ({
        atMs: sentAtMs,
        where: 'message',
        component: name,
        what: `in the queue, ${state}`,
        detail: `received ${receiveCount} times`,
        body: bodyOf(body, body.length),
      }),
    ),
    ...left.map(
      ({ name, message: { receivedAtMs, deletedAtMs, receiveCount, body, bodyLength } }): Step => ({
        atMs: receivedAtMs,
        where: 'message',
        component: name,
        what: deletedAtMs === undefined ? 'received, then left the queue undeleted' : 'received, then deleted',
        detail: `received ${receiveCount} times${deletedAtMs === undefined ? '' : `, deleted ${deletedAtMs - receivedAtMs} ms after the last`}`,
        body: bodyOf(body, bodyLength),
      }),
    ),
  ];
}

/** A message has up to 1 MiB: its beginning is enough. */
const bodyOf = (body: string, length: number) => (length > KEPT_BODY ? `${body.slice(0, KEPT_BODY)}...` : body);

function recentIds({ logs }: ConsoleContext, search: URLSearchParams): TimelinePage['recent'] {
  const found = new Map<string, { id: string; atMs: number; message: string }>();
  for (const { correlationId: id, atMs, message } of logs.list()) {
    if (id !== undefined && !found.has(id)) found.set(id, { id, atMs, message });
  }
  return pageOf([...found.values()].reverse(), search, RECENT);
}

function render({ id, steps, recent }: TimelinePage, { search }: SectionRequest): Html {
  const start = steps[0]?.atMs ?? 0;
  return html`<form method="get" action="/timeline">${field('id', 'Correlation id', { value: id ?? '', required: true, size: '40' })}<button>Show</button></form>
${
  id === undefined
    ? ''
    : dataTable(
        `${id}: log lines with this id, the calls of their components in the same time, and messages with this id`,
        ['ms', 'Component', 'Kind', 'What', 'Detail'],
        steps.map(({ atMs, component, where, what, detail, level = '', rows = [], body }) => [
          atMs - start,
          component,
          where,
          html`<span class="level-${level}">${what}</span>`,
          html`<code>${detail}</code>${body === undefined ? '' : html`<pre>${pretty(body)}</pre>`}${rows.map(renderRow)}`,
        ]),
        'No log line and no message has this id.',
      )
}
<h2>Newest</h2>
${dataTable(
  'Correlation ids',
  ['At', 'Id', 'First line'],
  recent.rows.map((one) => [
    new Date(one.atMs).toISOString(),
    html`<a href="/timeline?id=${encodeURIComponent(one.id)}">${one.id}</a>`,
    one.message,
  ]),
  'The app has logged nothing with a correlation id.',
)}${pageLinks(recent, search, RECENT)}`;
}

function renderRow({ table, before, after }: RowChange): Html {
  const side = (name: string, image: unknown) =>
    html`<div><dt>${table} ${name}</dt><dd>${image === undefined ? 'no row' : html`<pre>${JSON.stringify(image, null, 2)}</pre>`}</dd></div>`;
  return html`<dl class="row">${side('before', before)}${side('after', after)}</dl>`;
}
