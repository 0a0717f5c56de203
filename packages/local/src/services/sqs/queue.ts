import { randomUUID } from 'node:crypto';
import { createHeap } from '../../core/heap.ts';
import { createReceiveAttempts, deduplicationOf, findOriginal } from './deduplication.ts';
import { invalidParameter, invalidValue, sqsError } from './errors.ts';
import { createFifoLine, createStandardLine } from './line.ts';
import { decodeReceiptHandle, newReceipt, UNRECEIVED } from './message.ts';
import { parseRedrivePolicy } from './queue-attributes.ts';
import type { Message, MessageDraft, Queue, QueueOptions, Received, Sent } from './queue-types.ts';
import { createReceiveWaiters } from './receive-waiters.ts';

// "Approximately 120,000" (SQS quotas), of FIFO queues too since November 2024; those return
// nothing instead of an error.
const MAX_IN_FLIGHT = 120_000;
const MAX_VISIBILITY_SECONDS = 43_200;

/** A queue that goes on where its state is. */
export function createQueue({ state, clock, queueByArn }: QueueOptions): Queue {
  const { name, arn, attributes, messages, accepted } = state;
  const fifo = name.endsWith('.fifo');
  const line = fifo ? createFifoLine() : createStandardLine();
  // Both heaps keep entries of messages that have changed since; settle() passes over them.
  const changes = createHeap<{ at: number; message: Message }>(({ at }) => at);
  const bySentAt = createHeap<Message>(({ sentAt }) => sentAt);
  const attempts = createReceiveAttempts(state);
  const waiting = createReceiveWaiters<Received>(clock);
  let inFlight = 0;

  const setting = (attribute: string) => Number(attributes[attribute]);
  const isHere = (message: Message) => messages.get(message.id) === message;

  function remove(message: Message): void {
    messages.delete(message.id);
    line.remove(message);
    if (message.inFlight) inFlight -= 1;
    dropStale();
  }

  function becomeVisible(message: Message): void {
    if (message.inFlight) {
      message.inFlight = false;
      inFlight -= 1;
      line.release(message);
    } else line.ripen(message);
  }

  /**
   * Brings the queue up to the clock: delays and visibility timeouts that have ended, messages past
   * their retention.
   */
  function settle(now: number): void {
    for (let next = changes.peek(); next !== undefined && next.at <= now; next = changes.peek()) {
      changes.pop();
      if (isHere(next.message) && next.message.visibleAt === next.at) becomeVisible(next.message);
    }
    const expired = now - setting('MessageRetentionPeriod') * 1000;
    for (
      let oldest = bySentAt.peek();
      oldest !== undefined && (oldest.sentAt <= expired || !isHere(oldest));
      oldest = bySentAt.peek()
    ) {
      bySentAt.pop();
      if (isHere(oldest)) remove(oldest);
    }
  }

  /** Lets go of messages that have left: a heap frees them only from its top. */
  function dropStale(): void {
    const limit = 2 * messages.size + 1000;
    if (changes.size > limit) changes.filter(({ at, message }) => isHere(message) && message.visibleAt === at);
    if (bySentAt.size > limit) bySentAt.filter(isHere);
  }

  function track(message: Message, now: number): void {
    bySentAt.push(message);
    if (message.inFlight) inFlight += 1;
    if (message.inFlight || message.visibleAt > now) changes.push({ at: message.visibleAt, message });
    line.add(message, now);
  }

  function put(message: Message, now: number): void {
    messages.set(message.id, message);
    track(message, now);
  }

  function hide(message: Message, until: number): void {
    message.visibleAt = until;
    changes.push({ at: until, message });
  }

  /** Moves a message that was received too often to the dead-letter queue. */
  function redrive(message: Message): boolean {
    const policy = attributes.RedrivePolicy;
    if (policy === undefined) return false;
    const { deadLetterTargetArn, maxReceiveCount } = parseRedrivePolicy(policy);
    if (message.receivesHere < maxReceiveCount) return false;
    const target = queueByArn(deadLetterTargetArn);
    if (target === undefined) return false;
    remove(message);
    target.adopt(message, arn);
    return true;
  }

  function take(max: number, visibilitySeconds: number): Received[] {
    const now = clock.now();
    settle(now);
    const room = Math.min(max, MAX_IN_FLIGHT - inFlight);
    return line
      .pick(room, now, (message) => !redrive(message))
      .map((message) => {
        message.receiveCount += 1;
        message.receivesHere += 1;
        message.firstReceivedAt ??= now;
        message.lastReceivedAt = now;
        message.receipt = newReceipt();
        message.inFlight = true;
        inFlight += 1;
        return give(message, now, visibilitySeconds);
      });
  }

  function takeOnce(max: number, visibilitySeconds: number, attemptId: string | undefined): Received[] {
    const now = clock.now();
    settle(now);
    const again = attempts.find(attemptId, now);
    const received =
      again?.map((message) => {
        message.lastReceivedAt = now;
        return give(message, now, visibilitySeconds);
      }) ?? take(max, visibilitySeconds);
    attempts.remember(attemptId, received, now);
    return received;
  }

  function nextSequenceNumber(): string | undefined {
    if (!fifo) return undefined;
    state.sequence += 1;
    // Twenty digits, as AWS shows them; "non-consecutive" there, so no caller may rely on steps.
    return String(18_800_000_000_000_000_000n + BigInt(state.sequence) * 256n);
  }

  function sendOne(draft: MessageDraft, now: number): Sent {
    const { deduplicationId, key } = deduplicationOf(draft, attributes);
    const original = fifo ? findOriginal(accepted, key, now) : undefined;
    if (original !== undefined) return original;
    const { delaySeconds = setting('DelaySeconds') } = draft;
    // Every member is written out: an object made by spreading takes twice the memory.
    const message: Message = {
      id: randomUUID(),
      body: draft.body,
      attributes: draft.attributes,
      systemAttributes: draft.systemAttributes,
      groupId: draft.groupId,
      deduplicationId,
      senderId: draft.senderId,
      traceHeader: draft.traceHeader,
      sequenceNumber: nextSequenceNumber(),
      sentAt: now,
      visibleAt: delaySeconds === 0 ? now : now + delaySeconds * 1000,
      inFlight: UNRECEIVED.inFlight,
      receiveCount: UNRECEIVED.receiveCount,
      receivesHere: UNRECEIVED.receivesHere,
      firstReceivedAt: UNRECEIVED.firstReceivedAt,
      lastReceivedAt: UNRECEIVED.lastReceivedAt,
      receipt: UNRECEIVED.receipt,
      sourceArn: UNRECEIVED.sourceArn,
    };
    put(message, now);
    const { id: messageId, sequenceNumber } = message;
    if (sequenceNumber !== undefined) accepted.set(key, { messageId, sequenceNumber, at: now });
    return { messageId, sequenceNumber };
  }

  function give(message: Message, now: number, visibilitySeconds: number): Received {
    hide(message, now + visibilitySeconds * 1000);
    return { message: { ...message }, receipt: message.receipt };
  }

  const wake = () => waiting.serve(() => changes.peek()?.at);

  for (const message of messages.values()) track(message, clock.now());

  return {
    name,
    arn,
    fifo,
    createdAt: state.createdAt,
    get modifiedAt() {
      return state.modifiedAt;
    },
    attributes,
    tags: state.tags,
    state,
    setAttributes: (changed) => {
      for (const [attribute, value] of Object.entries(changed)) {
        if (value === '') delete attributes[attribute];
        else attributes[attribute] = value;
      }
      state.modifiedAt = clock.now();
    },
    send: (drafts) => {
      const now = clock.now();
      settle(now);
      const sent = drafts.map((draft) => sendOne(draft, now));
      wake();
      return sent;
    },
    receive: async ({ max, visibilityTimeoutSeconds, waitSeconds, attemptId, signal }) => {
      if (signal.aborted) return [];
      const attempt = () => takeOnce(max, visibilityTimeoutSeconds ?? setting('VisibilityTimeout'), attemptId);
      const received = attempt();
      if (received.length > 0) {
        wake();
        return received;
      }
      if (waitSeconds > 0) {
        const waited = waiting.wait(waitSeconds * 1000, signal, attempt);
        wake();
        return waited;
      }
      if (inFlight >= MAX_IN_FLIGHT && !fifo) {
        throw sqsError('OverLimit', 'Too many messages in flight');
      }
      return [];
    },
    delete: (receiptHandle) => {
      const { messageId, receipt } = decodeReceiptHandle(receiptHandle, arn);
      settle(clock.now());
      const message = messages.get(messageId);
      if (message === undefined) return;
      if (fifo && (message.receipt !== receipt || !message.inFlight)) {
        throw invalidParameter(receiptHandle, 'ReceiptHandle', 'The receipt handle has expired.');
      }
      // On a standard queue the handle of any receive deletes (recorded on AWS).
      remove(message);
      wake();
    },
    changeVisibility: (receiptHandle, seconds) => {
      const { messageId, receipt } = decodeReceiptHandle(receiptHandle, arn);
      const now = clock.now();
      settle(now);
      const message = messages.get(messageId);
      if (message === undefined || (fifo && message.receipt !== receipt)) {
        throw invalidParameter(
          receiptHandle,
          'ReceiptHandle',
          'Message does not exist or is not available for visibility timeout change.',
        );
      }
      if (!message.inFlight && fifo) throw sqsError('MessageNotInflight', "The specified message isn't in flight.");
      if (now + seconds * 1000 > message.lastReceivedAt + MAX_VISIBILITY_SECONDS * 1000) {
        throw invalidValue(
          `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [${MAX_VISIBILITY_SECONDS} seconds].`,
        );
      }
      if (!message.inFlight) {
        // A standard queue takes the message back into flight after its timeout (recorded on AWS).
        line.remove(message);
        message.inFlight = true;
        inFlight += 1;
        line.add(message, now);
      }
      hide(message, now + seconds * 1000);
      wake();
    },
    purge: () => {
      for (const message of [...messages.values()]) remove(message);
    },
    adopt: (message, sourceArn) => {
      const now = clock.now();
      settle(now);
      const adopted: Message = {
        ...message,
        sequenceNumber: nextSequenceNumber(),
        // Retention counts from the original send in standard queues and from the move in FIFO
        // queues (developer guide).
        sentAt: fifo ? now : message.sentAt,
        visibleAt: now,
        receivesHere: 0,
        inFlight: false,
        receipt: '',
        sourceArn,
      };
      put(adopted, now);
      wake();
    },
    readmit: (message) => {
      const now = clock.now();
      settle(now);
      // "All redriven messages are considered new messages with a new messageID and enqueueTime"
      // (developer guide).
      const fresh = { id: randomUUID(), sequenceNumber: nextSequenceNumber(), sentAt: now, visibleAt: now };
      put({ ...message, ...UNRECEIVED, ...fresh }, now);
      wake();
    },
    moveOut: (max, deliver) => {
      const now = clock.now();
      settle(now);
      let left = 0;
      const stay = line.pick(1, now, (message) => {
        if (left === max || !deliver(message)) return true;
        left += 1;
        remove(message);
        return false;
      });
      for (const message of stay) line.release(message);
      return left;
    },
    counts: () => {
      settle(clock.now());
      let delayed = 0;
      for (const message of messages.values()) if (!message.inFlight && message.visibleAt > clock.now()) delayed += 1;
      return { visible: messages.size - inFlight - delayed, inFlight, delayed };
    },
    close: () => waiting.close(),
  };
}
