import type * as workerThreads from 'node:worker_threads';
import { LOCK_BYTES } from './thread-lock.ts';

/** Of the channel, and of the data that a thread leaves to those it starts. */
const NAME = 'twelvefold.stdout.1';
/**
 * How long a thread that starts waits for others to tell it of theirs: they do when their event
 * loop comes round.
 */
const WAIT_MS = 50;

interface Offer {
  readonly rank: number;
  readonly memory: SharedArrayBuffer;
}

/**
 * Memory that all threads of the process share although no code passes it on: Lambda's managed
 * instances start a thread per worker, and this library starts none of them. Each thread offers its
 * own memory, and all agree on that of the lowest number as soon as they have received each other's
 * offers. Threads that a thread starts later inherit it.
 */
export function threadMemory(threads: typeof workerThreads, pause: (ms: number) => void): () => Int32Array {
  const inherited: unknown = threads.getEnvironmentData(NAME);
  let best: Offer = isOffer(inherited)
    ? inherited
    : { rank: threads.threadId, memory: new SharedArrayBuffer(LOCK_BYTES) };
  let memory = new Int32Array(best.memory);
  const channel = new threads.BroadcastChannel(NAME);
  const offer = () => channel.postMessage(best);
  const onOffer = (data: unknown) => {
    if (!isOffer(data) || data.rank === best.rank) return;
    if (data.rank > best.rank) return offer();
    best = data;
    memory = new Int32Array(best.memory);
    threads.setEnvironmentData(NAME, { ...best });
  };
  channel.onmessage = ({ data }) => onOffer(data);
  // After the handler is set, which holds the thread up again.
  channel.unref();
  threads.setEnvironmentData(NAME, { ...best });
  offer();
  // The main thread has the lowest number, so it does not wait for other offers.
  for (let waited = 0; best.rank === threads.threadId && best.rank > 0 && waited < WAIT_MS; waited += 1) {
    pause(1);
    for (let next = received(threads, channel); next; next = received(threads, channel)) onOffer(next.message);
  }
  return () => memory;
}

/** Node takes a channel here, its types do not. */
function received(
  threads: typeof workerThreads,
  channel: workerThreads.BroadcastChannel,
): { message: unknown } | undefined {
  return threads.receiveMessageOnPort(channel as unknown as workerThreads.MessagePort);
}

/** Anybody can post to a channel. */
function isOffer(data: unknown): data is Offer {
  return (
    typeof data === 'object' &&
    data !== null &&
    'rank' in data &&
    typeof data.rank === 'number' &&
    'memory' in data &&
    data.memory instanceof SharedArrayBuffer &&
    data.memory.byteLength === LOCK_BYTES
  );
}
