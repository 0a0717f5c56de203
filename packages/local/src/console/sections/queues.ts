import type { QueuedMessage } from '../../services/sqs/peek.ts';
import type { Html } from '../html.ts';
import { actionForm, dataTable, field, html, pretty } from '../html.ts';
import type { ConsoleContext, Section } from '../section.ts';
import { ConsoleFault, required } from '../section.ts';

interface QueueSummary {
  readonly name: string;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** The name of its dead-letter queue. */
  readonly deadLetters: string | undefined;
  /** The names of the queues that it has dead letters of. */
  readonly sources: readonly string[];
}

interface QueuePage extends QueueSummary {
  readonly messages: readonly QueuedMessage[];
}

/** More messages than a person reads. */
const PEEK_LIMIT = 50;

const nameOf = (urlOrArn: string) => urlOrArn.split(/[/:]/).at(-1) ?? urlOrArn;

/** Queues with their counts; one queue with its oldest messages, which nothing receives. */
export const queuesSection: Section<readonly QueueSummary[] | QueuePage> = {
  path: 'queues',
  title: 'Queues',
  read: async (context, { rest: [name] }) => {
    const all = await listQueues(context);
    if (name === undefined) return all;
    const summary = all.find((queue) => queue.name === name);
    const messages = await context.aws.peek(name, { region: context.region, limit: PEEK_LIMIT });
    if (summary === undefined || messages === undefined) throw new ConsoleFault(`Cannot find the queue ${name}`);
    return { ...summary, messages };
  },
  render: (data) => ('messages' in data ? renderQueue(data) : renderQueues(data)),
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

async function listQueues({ client }: ConsoleContext): Promise<QueueSummary[]> {
  const { QueueUrls = [] } = (await client.json('sqs', 'ListQueues', {})) as { QueueUrls?: readonly string[] };
  const described = await Promise.all(
    QueueUrls.map(async (QueueUrl) => {
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
    }),
  );
  return described.map((queue) => ({
    ...queue,
    sources: described.filter(({ deadLetters }) => deadLetters === queue.name).map(({ name }) => name),
  }));
}

const link = (name: string) => html`<a href="/queues/${encodeURIComponent(name)}">${name}</a>`;

function renderQueues(queues: readonly QueueSummary[]): Html {
  return dataTable(
    'Messages by queue',
    ['Queue', 'Visible', 'In flight', 'Delayed', 'Dead letters in'],
    queues.map(({ name, visible, inFlight, delayed, deadLetters }) => [
      link(name),
      visible,
      inFlight,
      delayed,
      deadLetters === undefined ? 'none' : link(deadLetters),
    ]),
    'The app has no queue.',
  );
}

function renderQueue({ name, visible, inFlight, delayed, deadLetters, sources, messages }: QueuePage): Html {
  return html`<p>${name}: ${visible} visible, ${inFlight} in flight, ${delayed} delayed.
${deadLetters === undefined ? '' : html` Dead letters go to ${link(deadLetters)}.`}</p>
<h2>Messages</h2>
${dataTable(
  `The oldest ${PEEK_LIMIT}; looking at them does not receive them`,
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
  'The queue is empty.',
)}
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
