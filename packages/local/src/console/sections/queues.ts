import type { QueuedMessage } from '../../services/sqs/peek.ts';
import type { Html } from '../html.ts';
import { actionForm, dataTable, field, html, pretty } from '../html.ts';
import type { ListPage } from '../list-page.ts';
import { PAGE_ROWS, pageAt, pageLinks, pageOf, readAll, readFrom } from '../list-page.ts';
import type { ConsoleContext, Section } from '../section.ts';
import { ConsoleFault, required } from '../section.ts';

interface QueueSummary {
  readonly name: string;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** The name of its dead-letter queue. */
  readonly deadLetters: string | undefined;
}

interface QueuePage extends QueueSummary {
  /** The names of the queues that it has dead letters of. */
  readonly sources: readonly string[];
  readonly messages: readonly QueuedMessage[];
  readonly from: number;
  /** For `?from=`: the next messages. */
  readonly next: number | undefined;
}

const nameOf = (urlOrArn: string) => urlOrArn.split(/[/:]/).at(-1) ?? urlOrArn;

/** Queues with their counts; one queue with its oldest messages, which nothing receives. */
export const queuesSection: Section<ListPage<QueueSummary> | QueuePage> = {
  path: 'queues',
  title: 'Queues',
  read: (context, { rest: [name], search }) =>
    name === undefined ? listQueues(context, search) : readQueue(context, name, search),
  render: (data, { search }) => ('messages' in data ? renderQueue(data, search) : renderQueues(data, search)),
  actions: {
    send: async (context, form) => {
      const [name, body] = [required(form, 'queue'), required(form, 'body')];
      const group = form.get('group');
      const { MessageId } = await context.client.json('sqs', 'SendMessage', {
        QueueUrl: await urlOf(context, name),
        MessageBody: body,
        ...(group && { MessageGroupId: group, MessageDeduplicationId: String(context.aws.clock.now()) }),
      });
      return `Sent message ${String(MessageId)} to ${name}.`;
    },
    redrive: async (context, form) => {
      const name = required(form, 'queue');
      const { Attributes } = await context.client.json('sqs', 'GetQueueAttributes', {
        QueueUrl: await urlOf(context, name),
        AttributeNames: ['QueueArn'],
      });
      const { QueueArn } = Attributes as { QueueArn: string }; // AWS's model
      await context.client.json('sqs', 'StartMessageMoveTask', { SourceArn: QueueArn });
      return `The messages of ${name} move back to where they came from.`;
    },
    purge: async (context, form) => {
      const name = required(form, 'queue');
      if (form.get('confirm') !== name) throw new ConsoleFault(`Type ${name} to delete all of its messages`);
      await context.client.json('sqs', 'PurgeQueue', { QueueUrl: await urlOf(context, name) });
      return `Every message of ${name} is deleted.`;
    },
  },
};

async function urlOf({ client }: ConsoleContext, name: string): Promise<string> {
  return String((await client.json('sqs', 'GetQueueUrl', { QueueName: name })).QueueUrl);
}

async function listQueues({ client }: ConsoleContext, search: URLSearchParams): Promise<ListPage<QueueSummary>> {
  const urls = await readAll(async (NextToken) => {
    const answer = await client.json('sqs', 'ListQueues', { MaxResults: 1_000, ...(NextToken ? { NextToken } : {}) });
    const { QueueUrls = [] } = answer as { QueueUrls?: readonly string[] }; // AWS's model
    return { items: QueueUrls, token: answer.NextToken };
  });
  const page = pageOf(urls, search);
  return { ...page, rows: await Promise.all(page.rows.map((url) => describeQueue(client, url))) };
}

async function describeQueue(client: ConsoleContext['client'], QueueUrl: string): Promise<QueueSummary> {
  const answer = await client.json('sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
  const attributes = (answer.Attributes ?? {}) as Readonly<Record<string, string>>; // AWS's model
  const policy = JSON.parse(attributes.RedrivePolicy ?? '{}') as { deadLetterTargetArn?: string };
  return {
    name: nameOf(QueueUrl),
    visible: Number(attributes.ApproximateNumberOfMessages),
    inFlight: Number(attributes.ApproximateNumberOfMessagesNotVisible),
    delayed: Number(attributes.ApproximateNumberOfMessagesDelayed),
    deadLetters: policy.deadLetterTargetArn === undefined ? undefined : nameOf(policy.deadLetterTargetArn),
  };
}

async function readQueue(context: ConsoleContext, name: string, search: URLSearchParams): Promise<QueuePage> {
  const { client, region, aws } = context;
  const from = readFrom(search);
  // One more than is shown, to know whether there is a next page.
  const peeked = await aws.peek(name, { region, limit: from + PAGE_ROWS + 1 });
  if (peeked === undefined) throw new ConsoleFault(`Cannot find the queue ${name}`);
  const QueueUrl = await urlOf(context, name);
  const sources = await readAll(async (NextToken) => {
    const answer = await client.json('sqs', 'ListDeadLetterSourceQueues', {
      QueueUrl,
      MaxResults: 1_000,
      ...(NextToken ? { NextToken } : {}),
    });
    const { queueUrls = [] } = answer as { queueUrls?: readonly string[] }; // AWS's model, in lower case
    return { items: queueUrls.map(nameOf), token: answer.NextToken };
  });
  const next = peeked.length > from + PAGE_ROWS ? from + PAGE_ROWS : undefined;
  const messages = peeked.slice(from, from + PAGE_ROWS);
  return { ...(await describeQueue(client, QueueUrl)), sources, messages, from, next };
}

const link = (name: string) => html`<a href="/queues/${encodeURIComponent(name)}">${name}</a>`;

function renderQueues(page: ListPage<QueueSummary>, search: URLSearchParams): Html {
  return html`${dataTable(
    'Messages by queue',
    ['Queue', 'Visible', 'In flight', 'Delayed', 'Dead letters in'],
    page.rows.map(({ name, visible, inFlight, delayed, deadLetters }) => [
      link(name),
      visible,
      inFlight,
      delayed,
      deadLetters === undefined ? 'none' : link(deadLetters),
    ]),
    'The app has no queue.',
  )}${pageLinks(page, search)}`;
}

function renderQueue(queue: QueuePage, search: URLSearchParams): Html {
  const { name, visible, inFlight, delayed, deadLetters, sources, messages, from } = queue;
  const page = pageAt(messages, from, Math.max(visible + inFlight + delayed, queue.next ?? 0));
  return html`<p>${name}: ${visible} visible, ${inFlight} in flight, ${delayed} delayed.
${deadLetters === undefined ? '' : html` Dead letters go to ${link(deadLetters)}.`}</p>
<h2>Messages</h2>
${dataTable(
  `Oldest first; looking at them does not receive them`,
  ['Sent', 'State', 'Received', 'Body', 'Attributes'],
  messages.map(({ sentAtMs, state, receiveCount, body, attributes, groupId }) => [
    new Date(sentAtMs).toISOString(),
    state,
    receiveCount,
    html`<pre>${pretty(body)}</pre>`,
    html`${groupId === undefined ? '' : html`group=${groupId}<br>`}${Object.entries(attributes).map(
      ([key, value]) => html`${key}=${linkIfId(key, value)}<br>`,
    )}`,
  ]),
  from === 0 ? 'The queue is empty.' : 'No messages here.',
)}${pageLinks(page, search)}
<h2>Send</h2>
<form method="post" action="/queues/send"><input type="hidden" name="queue" value="${name}">
<label>Body <textarea name="body" required></textarea></label>${name.endsWith('.fifo') ? field('group', 'Message group', { required: true }) : ''}<button>Send</button></form>
${
  sources.length === 0
    ? ''
    : html`<h2>Redrive</h2>${actionForm('/queues/redrive', { queue: name }, `Move messages back to ${sources.join(', ')}`)}`
}
<h2>Purge</h2>
${actionForm('/queues/purge', { queue: name }, 'Delete all messages', field('confirm', `Type ${name}`, { required: true, autocomplete: 'off' }))}`;
}

const linkIfId = (key: string, value: string) =>
  key === 'correlation_id' || key === 'correlationId'
    ? html`<a href="/timeline?id=${encodeURIComponent(value)}">${value}</a>`
    : value;
