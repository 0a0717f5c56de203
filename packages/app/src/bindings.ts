import type { ResourceDefinition } from '@twelvefold/backing';
import { constantCase, deadLetterKey, deadLetterName, physicalName } from './names.ts';

/** What of a resource a client needs to know. */
export type BindingValue = 'url' | 'arn' | 'name';

/** Where one resource's binding is found: infrastructure writes it, the runtime reads it, both from this. */
export interface Binding {
  /** The key in `backing`, or a dead-letter queue's. */
  readonly key: string;
  readonly value: BindingValue;
  /** `TWELVEFOLD_<KEY>_URL|ARN|NAME`: wins. */
  readonly env: string;
  /** `/{app}/{stage}/bindings/<key>` in Parameter Store: the fallback. */
  readonly parameter: string;
  readonly physicalName: string;
}

const VALUES: Record<ResourceDefinition['kind'], BindingValue> = {
  queue: 'url',
  topic: 'arn',
  table: 'name',
  sessions: 'name',
  idempotency: 'name',
};

interface BindableApp {
  readonly name: string;
  readonly backing: Readonly<Record<string, ResourceDefinition>>;
}

/** Every binding of an app at a stage, dead-letter queues included: a pure function of both. */
export function bindings(app: BindableApp, stage: string): Binding[] {
  // SQS and SNS want the suffix on everything that keeps order; the dead-letter queue of a FIFO queue is one too.
  const binding = (key: string, value: BindingValue, name: string, fifo: boolean): Binding => ({
    key,
    value,
    env: `TWELVEFOLD_${constantCase(key)}_${value.toUpperCase()}`,
    parameter: `/${app.name}/${stage}/bindings/${key}`,
    physicalName: `${physicalName(app.name, stage, name)}${fifo ? '.fifo' : ''}`,
  });
  return Object.entries(app.backing).flatMap(([key, definition]) => {
    const fifo = (definition.kind === 'queue' || definition.kind === 'topic') && definition.fifo !== undefined;
    const own = binding(key, VALUES[definition.kind], definition.name, fifo);
    return definition.kind === 'queue' && definition.deadLetter
      ? [own, binding(deadLetterKey(key), 'url', deadLetterName(definition.name), fifo)]
      : [own];
  });
}
