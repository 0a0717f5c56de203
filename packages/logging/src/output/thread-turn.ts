import { threadMemory } from './thread-memory.ts';
import type { Turn, TurnInit } from './turn.ts';
import { createTurn } from './turn.ts';

/** In this list once anybody has asked for worker threads; to ask costs the main thread of a cold start 5 ms of CPU. */
const WORKERS = 'NativeModule internal/worker';

/** This thread's turn among all that log, from when the process has threads; until then, which mostly is for ever, `undefined`. */
export function threadTurn(from: NodeJS.Process, init: Pick<TurnInit, 'pause' | 'endLine'>): () => Turn | undefined {
  let turn: Turn | undefined;
  const join = () => {
    if (turn) return;
    const threads = from.getBuiltinModule('node:worker_threads');
    const memory = threadMemory(threads, init.pause);
    turn = createTurn({ ...init, memory, thread: threads.threadId, monotonic: () => performance.now() });
  };
  // Node's own list of what it has loaded, not in its types. Where there is none, nobody knows.
  const { moduleLoadList } = from as { moduleLoadList?: readonly string[] };
  if (moduleLoadList?.includes(WORKERS) !== false) join();
  else from.once('worker', join);
  return () => turn;
}
