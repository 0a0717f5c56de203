import type { ProducerSpan, TraceContext } from '@twelvefold/lifecycle';
import { producing } from '@twelvefold/lifecycle';
import type { Producer } from './producer-span.ts';
import { producerSpan } from './producer-span.ts';

/** Sends one message, in a span of its own where a tracer is registered: then `work` gets the trace that the message has to carry. */
export function sendOne<R extends { messageId: string }>(
  producer: Producer,
  work: (trace: TraceContext | undefined) => Promise<R>,
): Promise<R> {
  return producing(
    () => producerSpan(producer),
    (span) => (span ? noted(span, work(span.trace)) : work(undefined)),
  );
}

async function noted<R extends { messageId: string }>(span: ProducerSpan, sending: Promise<R>): Promise<R> {
  const receipt = await sending;
  span.set('messaging.message.id', receipt.messageId);
  return receipt;
}
