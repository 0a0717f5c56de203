import type { Definition, QueueDefinition } from '@twelvefold/backing';
import type { Binding } from '../bindings.ts';

export interface KnownBindings {
  /** Of every resource of the app, whoever uses it. */
  readonly bindings: readonly Binding[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Whether the queue `key` subscribes to the topic with this ARN and the topic keeps no order: SNS lets none that does invoke a function.
 *
 * A topic is known by its ARN where the environment has its binding. A consumer needs none to receive, so mostly it is known by its physical name
 * alone, in whichever account and region: who may invoke the function is IAM's to say, and this only that the message is of a kind that it takes.
 */
export function subscribesTo(
  backing: Readonly<Record<string, Definition>>,
  key: string,
  topicArn: string,
  { bindings, env }: KnownBindings,
): boolean {
  const { subscribe = [] } = (backing[key] ?? {}) as Partial<QueueDefinition>; // other kinds subscribe to nothing
  return bindings.some((binding) => {
    const topic = subscribe.find((one) => one === backing[binding.key]);
    if (topic === undefined || topic.fifo !== undefined) return false;
    const bound = env[binding.env];
    return bound ? bound === topicArn : nameOf(topicArn) === binding.physicalName;
  });
}

/** `arn:aws:sns:region:account:name`; `undefined` for anything else. */
function nameOf(arn: string): string | undefined {
  return /^arn:[^:]+:sns:[^:]+:[^:]+:([^:]+)$/.exec(arn)?.[1];
}
