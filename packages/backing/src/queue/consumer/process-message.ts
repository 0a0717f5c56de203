import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Aws } from '@twelvefold/aws';
import type { Clock, Deadline } from '@twelvefold/core';
import { TwelvefoldError } from '@twelvefold/core';
import { backoffMs, builtin } from '@twelvefold/core/internal';
import type { Scope } from '@twelvefold/lifecycle';
import type { OpenScope, ScopeInit, SpanInit, TraceContext } from '@twelvefold/lifecycle/internal';
import { CORRELATION_ATTRIBUTE, failSpan, openScope, SAMPLED, SAMPLED_ATTRIBUTE } from '@twelvefold/lifecycle/internal';
import { describeIssues } from '../../message/describe-issues.ts';
import { TRACEPARENT_ATTRIBUTE, XRAY_ATTRIBUTE } from '../../message/outgoing-attributes.ts';
import type { ConsumerEvent, MessageIdentity } from '../consumer-event.ts';
import { Drop } from '../drop.ts';
import { Poison } from '../poison.ts';
import type { MessageHandler, MessageInfo, ReceivedMessage } from '../port.ts';
import type { QueueDefinition } from '../queue.ts';
import { Retry } from '../retry.ts';
import type { DeadLetterReason } from './dead-letter.ts';
import { fingerprint, lastFailure, sendDeadLetter } from './dead-letter.ts';

/** How a message ends: it is deleted, its next delivery is timed, or SQS decides. */
export type Outcome = { kind: 'acknowledge' } | { kind: 'retry'; delayMs: number } | { kind: 'leave' };

/** The conditions under which a host has one message handled. */
export interface MessageTerms {
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
  readonly leaseRemaining: () => number;
  /** Milliseconds until the next delivery, when `wantedMs` are wanted. */
  redeliveryMs(wantedMs: number): number;
}

/**
 * Handles one message and decides its outcome, for the poller and for Lambda alike. Never throws;
 * calls `done` once, later than it returns, and outside of the message's scope. `token` identifies
 * the message to `done`, which can be the same function for all messages.
 */
export type ProcessMessage = <T>(
  message: ReceivedMessage,
  terms: MessageTerms,
  done: (outcome: Outcome, token: T) => void,
  token: T,
) => void;

export interface ProcessMessageDeps {
  definition: QueueDefinition;
  url: string;
  deadLetterUrl: string | undefined;
  aws: Aws;
  component: string;
  handle: MessageHandler<unknown>;
  clock: Clock;
  random: () => number;
  emit: (event: ConsumerEvent) => void;
  /** Called for each message whose handler has returned. */
  onHandled: () => void;
  /** Whether an event is made of each such message, too. */
  emitsSuccesses: boolean;
}

/** 1 s, 2 s, 4 s ... by receive count, half of it random. */
const RETRY_BASE_MS = 1_000;
const RETRY_CAP_MS = 15 * 60_000;
/**
 * A waiting message of a FIFO queue delays its group, and counts receives for the failures of
 * others.
 */
const FIFO_RETRY_CAP_MS = 30_000;

let hash: typeof import('node:crypto').hash | undefined;

function md5(text: string): string {
  hash ??= builtin('node:crypto').hash;
  return hash('md5', text, 'hex');
}

const ACKNOWLEDGE: Outcome = { kind: 'acknowledge' };
const LEAVE: Outcome = { kind: 'leave' };

export function createMessageProcessor(deps: ProcessMessageDeps): ProcessMessage {
  const sourceQueue = new URL(deps.url).pathname.split('/').pop() ?? deps.definition.name;
  return (message, terms, done, token) => new Processing(deps, sourceQueue, message, terms, done, token).start();
}

/**
 * One message while it is processed, and the start values of its scope. One object with callbacks
 * instead of an async function per step, which cost as much as the rest of a message.
 */
class Processing<T> implements ScopeInit {
  readonly #deps: ProcessMessageDeps;
  readonly #sourceQueue: string;
  readonly #message: ReceivedMessage;
  readonly #terms: MessageTerms;
  readonly #done: (outcome: Outcome, token: T) => void;
  readonly #token: T;
  #attributes: Readonly<Record<string, string>>;
  #value: unknown;
  #scope: OpenScope | undefined;
  #startedAt = 0;

  constructor(
    deps: ProcessMessageDeps,
    sourceQueue: string,
    message: ReceivedMessage,
    terms: MessageTerms,
    done: (outcome: Outcome, token: T) => void,
    token: T,
  ) {
    this.#deps = deps;
    this.#sourceQueue = sourceQueue;
    this.#message = message;
    this.#terms = terms;
    this.#done = done;
    this.#token = token;
    this.#attributes = message.messageAttributes;
  }

  get kind(): 'message' {
    return 'message';
  }

  get component(): string {
    return this.#deps.component;
  }

  get deadline(): Deadline {
    return this.#terms.deadline;
  }

  get signal(): AbortSignal {
    return this.#terms.signal;
  }

  get correlationId(): string | undefined {
    return this.#attributes[CORRELATION_ATTRIBUTE];
  }

  get sampled(): boolean {
    return this.#attributes[SAMPLED_ATTRIBUTE] === SAMPLED;
  }

  get trace(): TraceContext | undefined {
    const traceparent = this.#attributes[TRACEPARENT_ATTRIBUTE];
    const xray = this.#message.attributes.AWSTraceHeader ?? this.#attributes[XRAY_ATTRIBUTE];
    if (!traceparent && !xray) return undefined;
    return { ...(traceparent ? { traceparent } : {}), ...(xray ? { xray } : {}) };
  }

  /** Describes the span by OpenTelemetry's conventions for messaging. */
  span(): SpanInit {
    const { topicArn, messageId } = this.#message;
    const destination = topicArn?.split(':').pop() ?? this.#sourceQueue;
    return {
      name: `process ${destination}`,
      kind: 'consumer',
      attributes: {
        'messaging.system': topicArn === undefined ? 'aws_sqs' : 'aws.sns',
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'messaging.destination.name': destination,
        'messaging.message.id': messageId,
        'twelvefold.component': this.component,
      },
    };
  }

  start(): void {
    const { body, md5OfBody } = this.#message;
    const { emit } = this.#deps;
    if (md5OfBody !== undefined && md5(body) !== md5OfBody) {
      emit({ type: 'corrupted', ...this.#identity() });
      queueMicrotask(() => this.#done(LEAVE, this.#token));
      return;
    }
    let isJson = true;
    try {
      this.#value = JSON.parse(body);
      if (isEnvelope(this.#value)) this.#open(this.#value);
    } catch {
      isJson = false; // the parser's error quotes the body
    }
    const scope = openScope(this);
    this.#scope = scope;
    if (this.#deps.emitsSuccesses) this.#startedAt = this.#deps.clock.monotonic();
    // The callbacks are outside of the scope: work that the host starts next must not inherit it.
    scope.run(isJson ? handleInScope : refuseInScope, this).then(
      () => {
        this.#deps.onHandled();
        this.#end(scope, ACKNOWLEDGE);
      },
      (error: unknown) => {
        scope.run(() => this.#failed(error)).then((outcome) => this.#end(scope, outcome));
      },
    );
  }

  #open(envelope: SnsEnvelope): void {
    this.#value = JSON.parse(envelope.Message);
    this.#attributes = { ...this.#attributes, ...attributesOf(envelope) };
  }

  /** Validates the message and calls the handler. */
  handle(): Promise<unknown> {
    const result = this.#deps.definition.schema['~standard'].validate(this.#value);
    const handling =
      result instanceof Promise ? result.then((late) => this.#handleValid(late)) : this.#handleValid(result);
    return this.#deps.emitsSuccesses ? handling.then(() => this.#handled()) : handling;
  }

  #handleValid(result: StandardSchemaV1.Result<unknown>): Promise<unknown> {
    const { definition, handle, clock } = this.#deps;
    // Names the fields, without their values.
    if (result.issues) throw new Poison(describeIssues(definition.schema, result.issues));
    const { messageId, attributes } = this.#message;
    const info: MessageInfo = {
      messageId,
      receiveCount: this.#receiveCount(),
      sentAtMs: Number(attributes.SentTimestamp) || clock.now(),
      attributes: this.#attributes,
      group: attributes.MessageGroupId,
      leaseRemaining: this.#terms.leaseRemaining,
    };
    const handling: unknown = handle(result.value, info, this.#scope as Scope); // start() has set it
    // A handler of a JavaScript caller may return any value.
    return handling instanceof Promise ? handling : Promise.resolve(handling);
  }

  /** 1 where the attribute is missing or not a number. */
  #receiveCount(): number {
    return Number(this.#message.attributes.ApproximateReceiveCount) || 1;
  }

  #handled(): void {
    const { emit, clock } = this.#deps;
    emit({ type: 'handled', durationMs: clock.monotonic() - this.#startedAt, ...this.#identity() });
  }

  /** Ends the scope, then reports the outcome. */
  #end(scope: OpenScope, outcome: Outcome): void {
    const closing = scope.close();
    if (closing === undefined) {
      this.#done(outcome, this.#token);
      return;
    }
    // A flush or a commit at the end of the scope may fail: then the message is not done.
    closing.then(
      () => this.#done(outcome, this.#token),
      (error: unknown) => {
        this.#done(
          scope.run(() => this.#retry(error)),
          this.#token,
        );
      },
    );
  }

  async #failed(error: unknown): Promise<Outcome> {
    if (this.#scope) failSpan(this.#scope, error);
    const { definition, emit } = this.#deps;
    if (Drop.isInstance(error)) {
      emit({ type: 'dropped', reason: error.reason, ...this.#identity() });
      return ACKNOWLEDGE;
    }
    if (Poison.isInstance(error)) {
      const reason = { reason: error.reason, fingerprint: fingerprint(error.reason, error.cause) };
      const moved = await this.#move(reason);
      const failure = typeof moved === 'object' ? moved : {};
      emit({ type: 'poisoned', ...reason, ...this.#identity(), moved: moved === true, ...failure });
      return moved === true ? ACKNOWLEDGE : LEAVE;
    }
    const isLast = this.#receiveCount() >= (definition.deadLetter?.maxReceives ?? Number.POSITIVE_INFINITY);
    const reason = isLast && !this.#terms.signal.aborted ? lastFailure(error) : undefined;
    if (reason && (await this.#move(reason)) === true) {
      emit({ type: 'exhausted', error, ...reason, ...this.#identity() });
      return ACKNOWLEDGE;
    }
    // SQS moves what could not be moved here, without the note.
    return this.#retry(error);
  }

  /**
   * Moves the message to the dead-letter queue. Returns true, or false without such a queue, or the
   * error.
   */
  async #move(reason: DeadLetterReason): Promise<boolean | { error: unknown }> {
    const { aws, deadLetterUrl, definition } = this.#deps;
    if (deadLetterUrl === undefined) return false;
    const fifo = definition.fifo !== undefined;
    const correlationId = this.#scope?.correlationId ?? '';
    const note = { ...reason, sourceQueue: this.#sourceQueue, correlationId, fifo };
    try {
      await sendDeadLetter(aws, deadLetterUrl, this.#message, note, this.#terms.signal);
      return true;
    } catch (error) {
      return { error };
    }
  }

  #retry(error: unknown): Outcome {
    const { signal } = this.#terms;
    const abortReason: unknown = signal.aborted ? signal.reason : undefined;
    // Another consumer may have it: this receipt handle no longer decides when it comes.
    if (TwelvefoldError.isInstance(abortReason, 'LEASE_LOST')) return LEAVE;
    const delayMs = this.#terms.redeliveryMs(this.#retryDelayMs(error, abortReason));
    this.#deps.emit({ type: 'retried', error, delayMs, ...this.#identity() });
    return { kind: 'retry', delayMs };
  }

  #retryDelayMs(error: unknown, abortReason: unknown): number {
    if (Retry.isInstance(error) && error.afterMs !== undefined) return error.afterMs;
    // The consumer stops, the message did not fail: the next consumer may have it at once.
    if (TwelvefoldError.isInstance(abortReason, 'CONSUMER_STOPPING')) return 0;
    const capMs = this.#deps.definition.fifo ? FIFO_RETRY_CAP_MS : RETRY_CAP_MS;
    return backoffMs(this.#receiveCount(), RETRY_BASE_MS, capMs, this.#deps.random);
  }

  #identity(): MessageIdentity {
    return {
      messageId: this.#message.messageId,
      correlationId: this.#scope?.correlationId,
      receiveCount: this.#receiveCount(),
    };
  }
}

function handleInScope<T>(processing: Processing<T>): Promise<unknown> {
  try {
    return processing.handle();
  } catch (error) {
    return Promise.reject(error);
  }
}

function refuseInScope<T>(_processing: Processing<T>): Promise<unknown> {
  return Promise.reject(new Poison('(message): body is not JSON'));
}

/** The JSON around a published message that SNS sends to a queue without raw delivery. */
interface SnsEnvelope {
  readonly Type: 'Notification';
  readonly MessageId: string;
  readonly TopicArn: string;
  readonly Message: string;
  readonly MessageAttributes?: Readonly<Record<string, { readonly Type?: string; readonly Value?: string }>>;
}

function isEnvelope(value: unknown): value is SnsEnvelope {
  if (typeof value !== 'object' || value === null) return false;
  const candidate = value as Partial<SnsEnvelope>; // every field is checked next
  return (
    candidate.Type === 'Notification' &&
    typeof candidate.MessageId === 'string' &&
    typeof candidate.TopicArn === 'string' &&
    candidate.TopicArn.startsWith('arn:') &&
    typeof candidate.Message === 'string'
  );
}

/** The attributes of the published message, except binary ones. */
function attributesOf({ MessageAttributes = {} }: SnsEnvelope): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [name, { Type, Value }] of Object.entries(MessageAttributes)) {
    if (typeof Value === 'string' && Type !== 'Binary') attributes[name] = Value;
  }
  return attributes;
}
