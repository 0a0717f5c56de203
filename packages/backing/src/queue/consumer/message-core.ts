import { hash } from 'node:crypto';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Aws } from '@twelvefold/aws';
import type { Clock, Deadline, Scope, ScopeInit, SpanInit, TraceContext } from '@twelvefold/lifecycle';
import {
  CORRELATION_ATTRIBUTE,
  failSpan,
  runInScope,
  SAMPLED,
  SAMPLED_ATTRIBUTE,
  TwelvefoldError,
} from '@twelvefold/lifecycle';
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
import { lastFailure } from './last-failure.ts';
import type { ReadBody } from './read-body.ts';
import { readBody } from './read-body.ts';

/** What the host has to do with a message: delete it, time its next delivery, or nothing, so that SQS decides. */
export type Outcome = { kind: 'acknowledge' } | { kind: 'retry'; delayMs: number } | { kind: 'leave' };

/** The terms on which a host has one message handled. */
export interface MessageRun {
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
  /** How long SQS would still let the message stay invisible. */
  longestDelayMs(): number;
  leaseRemaining(): number;
}

/** Decides what becomes of a message, on every host alike. Never throws; tells later, and once. */
export type MessageCore = (message: ReceivedMessage, run: MessageRun, tell: (outcome: Outcome) => void) => void;

export interface MessageCoreDeps {
  definition: QueueDefinition;
  url: string;
  deadLetterUrl: string | undefined;
  aws: Aws;
  component: string;
  handle: MessageHandler<unknown>;
  clock: Clock;
  random: () => number;
  /** Without a listener no event is made. */
  emit: ((event: ConsumerEvent) => void) | undefined;
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

  return (message, run, tell) => {
    const receiveCount = Number(message.attributes.ApproximateReceiveCount) || 1; // none, or no number
    if (message.md5OfBody !== undefined && hash('md5', message.body, 'hex') !== message.md5OfBody) {
      emit?.({ type: 'corrupted', ...identityOf(message, receiveCount) });
      queueMicrotask(() => tell(LEAVE));
      return;
    }
    let read: ReadBody | undefined;
    try {
      read = readBody(message.body);
    } catch {
      // Poison, below: the parser's message would quote the body.
    }
    const attributes = read?.attributes
      ? { ...message.messageAttributes, ...read.attributes }
      : message.messageAttributes;
    const work = async (scope: Scope): Promise<Outcome> => {
      const startedAt = emit ? clock.monotonic() : 0;
      try {
        if (read === undefined) throw new Poison('(message): body is not JSON');
        const result = definition.schema['~standard'].validate(read.value);
        const value = fitting(definition, result instanceof Promise ? await result : result);
        await deps.handle(value, infoOf(message, attributes, receiveCount, run), scope);
      } catch (error) {
        failSpan(scope, error);
        return failed(error, message, run, identityOf(message, receiveCount, scope), scope);
      }
      if (emit) {
        const durationMs = clock.monotonic() - startedAt;
        emit({ type: 'handled', durationMs, ...identityOf(message, receiveCount, scope) });
      }
      return ACKNOWLEDGE;
    };
    const init = new MessageScope(message, attributes, run, deps.component, sourceQueue);
    // What hangs on the scope's end (a flush, a commit) may fail: without it the message is not done.
    runInScope(init, work).then(tell, (error: unknown) => tell(retry(error, run, identityOf(message, receiveCount))));
  };

  function infoOf(
    message: ReceivedMessage,
    attributes: Readonly<Record<string, string>>,
    receiveCount: number,
    run: MessageRun,
  ): MessageInfo {
    const { SentTimestamp, MessageGroupId } = message.attributes;
    return {
      messageId: message.messageId,
      receiveCount,
      sentAtMs: Number(SentTimestamp) || clock.now(), // likewise
      attributes,
      group: MessageGroupId,
      leaseRemaining: run.leaseRemaining,
    };
  }

  async function failed(
    error: unknown,
    message: ReceivedMessage,
    run: MessageRun,
    identity: MessageIdentity,
    scope: Scope,
  ): Promise<Outcome> {
    if (Drop.isInstance(error)) {
      emit?.({ type: 'dropped', reason: error.reason, ...identity });
      return ACKNOWLEDGE;
    }
    if (!Poison.isInstance(error)) {
      const last = identity.receiveCount >= (definition.deadLetter?.maxReceives ?? Number.POSITIVE_INFINITY);
      const failure = last && !run.signal.aborted ? lastFailure(error) : undefined;
      if (failure && (await moved(failure.reason, failure.fingerprint)) === true) {
        emit?.({ type: 'exhausted', error, ...failure, ...identity });
        return ACKNOWLEDGE;
      }
      // What could not be moved is moved by SQS, without the note.
      return retry(error, run, identity);
    }
    const note = { reason: error.reason, fingerprint: fingerprint(error.reason, error.cause) };
    const outcome = await moved(note.reason, note.fingerprint);
    const why = typeof outcome === 'object' ? outcome : {};
    emit?.({ type: 'poisoned', ...note, ...identity, moved: outcome === true, ...why });
    return outcome === true ? ACKNOWLEDGE : LEAVE;

    /** Whether it is in the dead-letter queue now, or why not. */
    async function moved(reason: string, errorFingerprint: string): Promise<boolean | { error: unknown }> {
      if (deps.deadLetterUrl === undefined) return false;
      const { correlationId } = scope;
      const fifo = definition.fifo !== undefined;
      const why = { reason, fingerprint: errorFingerprint, sourceQueue, correlationId, fifo };
      try {
        await sendDeadLetter(deps.aws, deps.deadLetterUrl, message, why, run.signal);
        return true;
      } catch (sendError) {
        return { error: sendError };
      }
    }
  }

  function retry(error: unknown, run: MessageRun, identity: MessageIdentity): Outcome {
    const reason: unknown = run.signal.aborted ? run.signal.reason : undefined;
    // Somebody else may have it by now: our receipt handle no longer decides when it comes.
    if (TwelvefoldError.isInstance(reason, 'LEASE_LOST')) return LEAVE;
    const delayMs = Math.min(delayOf(error, reason, identity.receiveCount), run.longestDelayMs());
    emit?.({ type: 'retried', error, delayMs, ...identity });
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

function identityOf({ messageId }: ReceivedMessage, receiveCount: number, scope?: Scope): MessageIdentity {
  return { messageId, correlationId: scope?.correlationId, receiveCount };
}

/** What a scope is made of, worked out when it is asked for: there is one per message, and most handlers ask for nothing. */
class MessageScope implements ScopeInit {
  readonly kind = 'message';
  readonly component: string;
  readonly deadline: Deadline;
  readonly sampled: boolean;
  readonly correlationId: string | undefined;
  readonly #message: ReceivedMessage;
  readonly #attributes: Readonly<Record<string, string>>;
  readonly #run: MessageRun;
  readonly #queue: string;

  constructor(
    message: ReceivedMessage,
    attributes: Readonly<Record<string, string>>,
    run: MessageRun,
    component: string,
    queue: string,
  ) {
    this.component = component;
    this.deadline = run.deadline;
    this.sampled = attributes[SAMPLED_ATTRIBUTE] === SAMPLED;
    this.correlationId = attributes[CORRELATION_ATTRIBUTE];
    this.#message = message;
    this.#attributes = attributes;
    this.#run = run;
    this.#queue = queue;
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }

  get trace(): TraceContext | undefined {
    return traceOf(this.#message, this.#attributes);
  }

  span(): SpanInit {
    return consumerSpan(this.#message.topicArn, this.#queue, this.#message.messageId, this.component);
  }
}

/** @throws Poison naming the fields that do not fit, without their values. */
function fitting(definition: QueueDefinition, result: StandardSchemaV1.Result<unknown>): unknown {
  if (result.issues) throw new Poison(describeIssues(definition.schema, result.issues));
  return result.value;
}

/** By OpenTelemetry's conventions for messaging. */
function consumerSpan(topicArn: string | undefined, queue: string, messageId: string, component: string): SpanInit {
  const destination = topicArn?.split(':').pop() ?? queue;
  return {
    name: `process ${destination}`,
    kind: 'consumer',
    attributes: {
      'messaging.system': topicArn === undefined ? 'aws_sqs' : 'aws.sns',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': destination,
      'messaging.message.id': messageId,
      'twelvefold.component': component,
    },
  };
}

function traceOf(message: ReceivedMessage, attributes: Readonly<Record<string, string>>): TraceContext | undefined {
  const traceparent = attributes[TRACEPARENT_ATTRIBUTE];
  const xray = message.attributes.AWSTraceHeader ?? attributes[XRAY_ATTRIBUTE];
  if (!traceparent && !xray) return undefined;
  return { ...(traceparent ? { traceparent } : {}), ...(xray ? { xray } : {}) };
}
