import type { Aws } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/core';
import type { LambdaInvocation } from '@twelvefold/lifecycle/internal/lambda';
import type { Accesses, Definition } from './definition.ts';
import type { ConsumerEventListener } from './queue/consumer-event.ts';
import type { MessageHandler } from './queue/port.ts';

/** A definition that a component can consume: `app.consumer(key, ...)` handles its messages. */
export interface SourceDefinition<Message = unknown, Client = unknown, A extends Accesses = Accesses>
  extends Definition<Client, A> {
  /** Never present. It carries the type of a message from the definition to the handler. */
  readonly messages?: { readonly output: Message } | undefined;
}

/**
 * The trigger of a component as the manifest has it: messages of a queue, by an event source
 * mapping on the first ARN.
 */
export interface SourceTrigger {
  readonly kind: 'queue';
  readonly visibilitySeconds: number;
  /** Absent if the queue has no dead-letter queue. */
  readonly maxReceives?: number;
}

/** Everything that a driver gets to receive messages for a component. */
export interface SourceContext {
  /** The resource's key in `backing`. */
  readonly key: string;
  /** The binding's value: URL, ARN or name. Empty for a driver without a binding. */
  readonly target: string;
  /**
   * The binding's value of a companion, by its name; `undefined` if the definition has no such
   * companion.
   */
  companion(name: string): string | undefined;
  /**
   * The name of a definition that `references` lists, and the binding's value if the environment
   * has it.
   */
  reference(definition: Definition): { readonly physicalName: string; readonly target: string | undefined };
  /** The port to AWS. Its calls name the component. */
  readonly aws: Aws;
  readonly component: string;
  /** The largest number of messages to handle at a time. */
  readonly concurrency: number;
  /** Runs the component's handler. It resolves when the message may be acknowledged. */
  readonly handle: MessageHandler<unknown>;
  /** Gets what happens to messages, for logs and metrics. */
  readonly onEvent: ConsumerEventListener;
  readonly clock: Clock;
  /** 0 to below 1, for jitter. */
  readonly random: () => number;
  /** Logs a warning. */
  warn(message: string): void;
}

/** Receives messages in a long-running process, as a resource of the lifecycle. */
export interface SourcePoller {
  /** Starts to receive; returns while it goes on. */
  start(signal?: AbortSignal): Promise<void>;
  /** Rejects with the reason while it cannot receive. */
  check?(signal?: AbortSignal): Promise<void>;
  /** For `/health/ready` and metrics. */
  health(): { readonly inFlight: number };
  /** Stops to receive; messages that were received are still handled. */
  quiesce(signal?: AbortSignal): Promise<void>;
  /** Resolves when every received message has been handled and acknowledged. */
  drain(signal?: AbortSignal): Promise<void>;
  /** Ends the work that `drain` left. */
  stop(signal?: AbortSignal): Promise<void>;
}

/**
 * Handles one event of the component's function and resolves to the function's answer.
 *
 * @throws TwelvefoldError `EVENT_REFUSED` for an event that is not of this source.
 */
export type SourceEvents = (event: unknown, invocation: LambdaInvocation) => Promise<unknown>;

/** How a component is triggered by a resource. */
export interface Source<D> {
  /** Actions on the resource that receiving takes, on every host. */
  readonly actions: readonly string[];
  /** Actions on companions, by the companion's name. */
  companionActions?(definition: D): Readonly<Record<string, readonly string[]>>;
  /** The trigger as the manifest has it. */
  trigger(definition: D): SourceTrigger;
  /**
   * Module specifiers that `poll` and `receive` import. The bundle of a function has those of
   * `receive` at most.
   */
  readonly modules?: { readonly poll: readonly string[]; readonly receive: readonly string[] };
  /** For services: makes the object that takes messages from the resource. */
  poll(definition: D, context: SourceContext): Promise<SourcePoller>;
  /** For functions: makes the function that takes the events of Lambda. */
  receive(definition: D, context: SourceContext): Promise<SourceEvents>;
}
