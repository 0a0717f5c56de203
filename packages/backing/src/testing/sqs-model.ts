import { hash } from 'node:crypto';
import type { Aws } from '@twelvefold/aws';
import { AwsError } from '@twelvefold/aws';
import type { MessageAttributeValue, SqsMessage } from '@twelvefold/aws/internal';
import type { Clock } from '@twelvefold/core';

/** A message as the model keeps it. */
interface ModelMessage {
  readonly id: string;
  readonly body: string;
  readonly attributes: Record<string, MessageAttributeValue>;
  readonly traceHeader: string | undefined;
  /** Of a FIFO queue: nothing of a group is given out while one of it is in flight. */
  readonly group: string | undefined;
  readonly sentAt: number;
  visibleAt: number;
  receiveCount: number;
  /** The newest receipt handle: the only one that counts. */
  handle: string | undefined;
}

interface ModelCall {
  readonly operation: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into inputs of every operation
  readonly input: any;
  readonly component: string | undefined;
}

export interface SqsModel extends Aws {
  readonly calls: ModelCall[];
  /** Messages of the queue with this URL, deleted ones excluded. */
  queue(url: string): ModelMessage[];
  put(
    url: string,
    body: string,
    attributes?: Record<string, string>,
    traceHeader?: string,
    group?: string,
  ): ModelMessage;
  count(operation: string): number;
  /** Decides before each call: an error to reject with, or milliseconds of delay. */
  before?: (call: ModelCall) => Error | number | undefined;
  /** Decides per batch entry whether SQS fails it. */
  failEntry?: (call: ModelCall, id: string) => { SenderFault: boolean; Code: string } | undefined;
  /** Decides after the effect of a call: an error to reject with instead of the answer. */
  after?: (call: ModelCall) => Error | undefined;
}

/** A retryable failure as the port reports it. */
export function awsFailure(code: string, retryable: boolean, operation = 'Any'): AwsError {
  return new AwsError(`Cannot call sqs ${operation}: ${code}`, { awsCode: code, service: 'sqs', operation, retryable });
}

/**
 * A simple model of standard SQS queues behind the port: visibility, receipt handles, long polls,
 * and batches, on the clock of the test. It has no redrive.
 */
export function createSqsModel(clock: Clock): SqsModel {
  const queues = new Map<string, ModelMessage[]>();
  const calls: ModelCall[] = [];
  /** Long polls that wait: what changes a queue wakes them. */
  const polls = new Set<AbortController>();
  const wake = () => {
    for (const nap of polls) nap.abort();
  };
  let ids = 0;
  const queue = (url: string) => {
    const messages = queues.get(url) ?? [];
    queues.set(url, messages);
    return messages;
  };
  const store = (
    url: string,
    body: string,
    attributes: ModelMessage['attributes'],
    delay = 0,
    trace?: string,
    group?: string,
  ) => {
    ids += 1;
    const at = clock.monotonic();
    const message: ModelMessage = {
      id: `m${ids}`,
      body,
      attributes,
      traceHeader: trace,
      group,
      sentAt: clock.now(),
      visibleAt: at + delay * 1_000,
      receiveCount: 0,
      handle: undefined,
    };
    queue(url).push(message);
    wake();
    return message;
  };
  const find = (url: string, handle: string) => queue(url).find((message) => message.handle === handle);
  const remove = (url: string, handle: string) => {
    const index = queue(url).findIndex((message) => message.handle === handle);
    if (index < 0) return;
    queue(url).splice(index, 1);
    wake(); // of a FIFO queue the rest of the group may be free
  };
  const hide = (url: string, handle: string, seconds: number): { SenderFault: boolean; Code: string } | undefined => {
    const message = find(url, handle);
    if (!message) return { SenderFault: true, Code: 'ReceiptHandleIsInvalid' };
    if (message.visibleAt <= clock.monotonic()) return { SenderFault: true, Code: 'MessageNotInflight' };
    message.visibleAt = clock.monotonic() + seconds * 1_000;
    wake();
    return undefined;
  };

  const receive = async (input: ModelCall['input'], signal: AbortSignal | undefined) => {
    const until = clock.monotonic() + (input.WaitTimeSeconds ?? 0) * 1_000;
    for (;;) {
      const now = clock.monotonic();
      const hidden = new Set(queue(input.QueueUrl).flatMap(({ group, visibleAt }) => (visibleAt > now ? [group] : [])));
      const received = queue(input.QueueUrl)
        .filter(({ visibleAt, group }) => visibleAt <= now && (group === undefined || !hidden.has(group)))
        .slice(0, input.MaxNumberOfMessages ?? 1);
      if (received.length > 0)
        return { Messages: received.map((message) => take(message, input.VisibilityTimeout ?? 30)) };
      if (now >= until) return {};
      const next = Math.min(until, ...queue(input.QueueUrl).flatMap(({ visibleAt: at }) => (at > now ? [at] : [])));
      const nap = new AbortController();
      polls.add(nap);
      const waking = signal ? AbortSignal.any([nap.signal, signal]) : nap.signal;
      await clock.sleep(next - now, waking).catch(() => signal?.throwIfAborted()); // else something has changed
      polls.delete(nap);
    }
  };
  const take = (message: ModelMessage, seconds: number): SqsMessage => {
    message.receiveCount += 1;
    message.visibleAt = clock.monotonic() + seconds * 1_000;
    message.handle = `${message.id}#${message.receiveCount}`;
    return {
      MessageId: message.id,
      ReceiptHandle: message.handle,
      Body: message.body,
      MD5OfBody: hash('md5', message.body, 'hex'),
      Attributes: {
        ApproximateReceiveCount: String(message.receiveCount),
        SentTimestamp: String(message.sentAt),
        ...(message.group ? { MessageGroupId: message.group } : {}),
        ...(message.traceHeader ? { AWSTraceHeader: message.traceHeader } : {}),
      },
      MessageAttributes: message.attributes,
    };
  };

  const batch = (call: ModelCall, each: (entry: ModelCall['input']) => object | undefined) => {
    const Successful: object[] = [];
    const Failed: object[] = [];
    for (const entry of call.input.Entries ?? call.input.PublishBatchRequestEntries) {
      const failure = model.failEntry?.(call, entry.Id) ?? each(entry);
      if (failure && 'Code' in failure) Failed.push({ Id: entry.Id, ...failure });
      else Successful.push({ Id: entry.Id, ...failure });
    }
    return { Successful, Failed };
  };

  const perform = async (call: ModelCall, signal: AbortSignal | undefined): Promise<unknown> => {
    const { operation, input } = call;
    const url = input.QueueUrl;
    switch (operation) {
      case 'SendMessage':
        return { MessageId: store(url, input.MessageBody, input.MessageAttributes ?? {}, input.DelaySeconds).id };
      case 'SendMessageBatch':
        return batch(call, (entry) => ({
          MessageId: store(url, entry.MessageBody, entry.MessageAttributes ?? {}, entry.DelaySeconds).id,
        }));
      case 'ReceiveMessage':
        return receive(input, signal);
      case 'DeleteMessageBatch':
        return batch(call, (entry) => void remove(url, entry.ReceiptHandle));
      case 'ChangeMessageVisibilityBatch':
        return batch(call, (entry) => hide(url, entry.ReceiptHandle, entry.VisibilityTimeout));
      case 'GetQueueAttributes':
        return { Attributes: { QueueArn: 'arn:aws:sqs:eu-west-1:123456789012:q' } };
      case 'PublishBatch':
        return batch(call, (entry) => ({
          MessageId: store(input.TopicArn, entry.Message, entry.MessageAttributes ?? {}).id,
        }));
      case 'Publish':
        return { MessageId: store(input.TopicArn, input.Message, input.MessageAttributes ?? {}).id };
      default:
        throw new Error(`the model has no ${operation}`);
    }
  };

  const named = (component: string | undefined): Aws => ({
    as: (name) => named(name),
    call: async (_service, operation, input, options) => {
      const call: ModelCall = { operation, input, component };
      calls.push(call);
      options.signal?.throwIfAborted();
      const verdict = model.before?.(call);
      if (verdict instanceof Error) throw verdict;
      if (typeof verdict === 'number') await clock.sleep(verdict, options.signal);
      const output = await perform(call, options.signal);
      const error = model.after?.(call);
      if (error) throw error;
      return output as never; // the model answers in the shapes of the operation
    },
  });
  const model: SqsModel = {
    ...named(undefined),
    calls,
    queue,
    put: (url, body, attributes = {}, traceHeader, group) =>
      store(
        url,
        body,
        Object.fromEntries(
          Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
        ),
        0,
        traceHeader,
        group,
      ),
    count: (operation) => calls.filter((call) => call.operation === operation).length,
  };
  return model;
}
