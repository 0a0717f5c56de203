import { hash } from 'node:crypto';
import type { Aws } from '@twelvefold/aws';
import type { Clock, Deadline, Scope } from '@twelvefold/lifecycle';
import { CORRELATION_ATTRIBUTE, runInScope, SAMPLED, SAMPLED_ATTRIBUTE, TwelvefoldError } from '@twelvefold/lifecycle';
import { backoffMs } from '../../message/backoff.ts';
import { describeIssues } from '../../message/describe-issues.ts';
import { TRACEPARENT_ATTRIBUTE, XRAY_ATTRIBUTE } from '../../message/outgoing-attributes.ts';
import type { ConsumerEvent, MessageIdentity } from '../consumer-event.ts';
import type { QueueDefinition } from '../definition.ts';
import { Drop } from '../drop.ts';
import { Poison } from '../poison.ts';
import type { MessageHandler, MessageInfo, ReceivedMessage } from '../port.ts';
import { Retry } from '../retry.ts';
import { sendDeadLetter } from './dead-letters.ts';
import { fingerprint } from './fingerprint.ts';
import type { ReadBody } from './read-body.ts';
import { readBody } from './read-body.ts';

/** What the host has to do with a message: delete it, time its next delivery, or nothing, so that SQS decides. */
export type Outcome = { kind: 'acknowledge' } | { kind: 'retry'; delayMs: number } | { kind: 'leave' };

/** The terms on which a host has one message handled. */
interface MessageRun {
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
  /** How long SQS would still let the message stay invisible. */
  longestDelayMs(): number;
  leaseRemaining(): number;
}

/** Decides what becomes of a message, on every host alike. Never rejects. */
export type MessageCore = (message: ReceivedMessage, run: MessageRun) => Promise<Outcome>;

export interface MessageCoreDeps {
  definition: QueueDefinition;
  url: string;
  deadLetterUrl: string | undefined;
  aws: Aws;
  component: string;
  handle: MessageHandler<unknown>;
  clock: Clock;
  random: () => number;
  emit: (event: ConsumerEvent) => void;
}

/** 1 s, 2 s, 4 s ... by receive count, half of it random. */
const RETRY_BASE_MS = 1_000;
const RETRY_CAP_MS = 15 * 60_000;
/** On a FIFO queue a message that waits holds up its group, and has been received for others' failures too. */
const FIFO_RETRY_CAP_MS = 30_000;

const ACKNOWLEDGE: Outcome = { kind: 'acknowledge' };
const LEAVE: Outcome = { kind: 'leave' };

export function createMessageCore(deps: MessageCoreDeps): MessageCore {
  const { definition, clock, emit } = deps;
  const sourceQueue = new URL(deps.url).pathname.split('/').pop() ?? definition.name;

  return async (message, run) => {
    const receiveCount = Number(message.attributes.ApproximateReceiveCount ?? 1);
    const unread: MessageIdentity = { messageId: message.messageId, correlationId: undefined, receiveCount };
    if (message.md5OfBody !== undefined && hash('md5', message.body, 'hex') !== message.md5OfBody) {
      emit({ type: 'corrupted', ...unread });
      return LEAVE;
    }
    let read: ReadBody | undefined;
    try {
      read = readBody(message.body);
    } catch {
      // Poison, below: the parser's message would quote the body.
    }
    const attributes = { ...message.messageAttributes, ...read?.attributes };
    const info: MessageInfo = {
      messageId: message.messageId,
      receiveCount,
      sentAtMs: Number(message.attributes.SentTimestamp ?? clock.now()),
      attributes,
      group: message.attributes.MessageGroupId,
      leaseRemaining: run.leaseRemaining,
    };
    const init = {
      kind: 'message' as const,
      component: deps.component,
      correlationId: attributes[CORRELATION_ATTRIBUTE],
      trace: traceOf(message, attributes),
      sampled: attributes[SAMPLED_ATTRIBUTE] === SAMPLED,
      signal: run.signal,
      deadline: run.deadline,
    };
    try {
      return await runInScope(init, async (scope) => {
        const startedAt = clock.monotonic();
        const identity: MessageIdentity = { ...unread, correlationId: scope.correlationId };
        try {
          await deps.handle(await validated(definition, read), info, scope);
        } catch (error) {
          return await failed(error, message, run, identity, scope);
        }
        emit({ type: 'handled', durationMs: clock.monotonic() - startedAt, ...identity });
        return ACKNOWLEDGE;
      });
    } catch (error) {
      // Something that hangs on the scope's end (a flush, a commit) failed: without it the message is not done.
      return retry(error, run, unread);
    }
  };

  async function failed(
    error: unknown,
    message: ReceivedMessage,
    run: MessageRun,
    identity: MessageIdentity,
    scope: Scope,
  ): Promise<Outcome> {
    if (Drop.isInstance(error)) {
      emit({ type: 'dropped', reason: error.reason, ...identity });
      return ACKNOWLEDGE;
    }
    if (!Poison.isInstance(error)) return retry(error, run, identity);
    const note = {
      reason: error.reason,
      fingerprint: fingerprint(error.reason, error.cause),
      sourceQueue,
      correlationId: scope.correlationId,
      fifo: definition.fifo !== undefined,
    };
    const event = { type: 'poisoned', reason: note.reason, fingerprint: note.fingerprint, ...identity } as const;
    if (deps.deadLetterUrl === undefined) {
      emit({ ...event, moved: false });
      return LEAVE;
    }
    try {
      await sendDeadLetter(deps.aws, deps.deadLetterUrl, message, note, run.signal);
    } catch (sendError) {
      emit({ ...event, moved: false, error: sendError });
      return LEAVE;
    }
    emit({ ...event, moved: true });
    return ACKNOWLEDGE;
  }

  function retry(error: unknown, run: MessageRun, identity: MessageIdentity): Outcome {
    const reason: unknown = run.signal.aborted ? run.signal.reason : undefined;
    // Somebody else may have it by now: our receipt handle no longer decides when it comes.
    if (TwelvefoldError.isInstance(reason, 'LEASE_LOST')) return LEAVE;
    const delayMs = Math.min(delayOf(error, reason, identity.receiveCount), run.longestDelayMs());
    emit({ type: 'retried', error, delayMs, ...identity });
    return { kind: 'retry', delayMs };
  }

  function delayOf(error: unknown, reason: unknown, receiveCount: number): number {
    if (Retry.isInstance(error) && error.afterMs !== undefined) return error.afterMs;
    // Not the message's fault: whoever takes over may have it at once.
    if (TwelvefoldError.isInstance(reason, 'CONSUMER_STOPPING')) return 0;
    const capMs = definition.fifo ? FIFO_RETRY_CAP_MS : RETRY_CAP_MS;
    return backoffMs(receiveCount, RETRY_BASE_MS, capMs, deps.random);
  }
}

/** @throws Poison naming the fields that do not fit, without their values. */
async function validated(definition: QueueDefinition, read: ReadBody | undefined): Promise<unknown> {
  if (read === undefined) throw new Poison('(message): body is not JSON');
  let result = definition.schema['~standard'].validate(read.value);
  if (result instanceof Promise) result = await result;
  if (result.issues) throw new Poison(describeIssues(definition.schema, result.issues));
  return result.value;
}

function traceOf(message: ReceivedMessage, attributes: Readonly<Record<string, string>>) {
  const traceparent = attributes[TRACEPARENT_ATTRIBUTE];
  const xray = message.attributes.AWSTraceHeader ?? attributes[XRAY_ATTRIBUTE];
  return { ...(traceparent ? { traceparent } : {}), ...(xray ? { xray } : {}) };
}
