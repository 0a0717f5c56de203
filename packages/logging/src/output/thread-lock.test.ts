import { expect, test } from 'vitest';
import { createLineWriter } from './line-writer.ts';
import type { ThreadLock } from './thread-lock.ts';
import { createThreadLock, LOCK_BYTES } from './thread-lock.ts';

/** Two threads, of which the second sees when the first is gone. */
function twoThreads() {
  const memory = new Int32Array(new SharedArrayBuffer(LOCK_BYTES));
  const state = { nowMs: 0, takes: true, ended: 0, pauses: 0 };
  const lock = (thread: number) =>
    createThreadLock({
      memory: () => memory,
      thread,
      monotonic: () => state.nowMs,
      pause: () => {
        state.pauses += 1;
      },
      endLine: () => {
        if (state.takes) state.ended += 1;
        return state.takes;
      },
    });
  return { state, first: lock(0), second: lock(1) };
}

test('one thread holds the lock until it releases it, and learns that another asked', () => {
  const { first, second, state } = twoThreads();
  expect([first.acquire(), first.acquire(), second.acquire()]).toEqual([true, true, false]);
  // A write is waited for.
  expect(state.pauses).toBeGreaterThan(0);
  expect(first.release()).toBe(true);
  expect([second.acquire(), second.release(), first.acquire(), first.release()]).toEqual([true, false, true, false]);
});

test('halfway through a line no thread waits', () => {
  const { first, second, state } = twoThreads();
  first.acquire();
  first.halfway();
  expect([second.acquire(), state.pauses]).toEqual([false, 0]);
  expect(first.acquire()).toBe(true);
  first.release();
  expect(second.acquire()).toBe(true);
});

test('a thread that is no more is followed when the descriptor takes something, its line being ended', () => {
  const { first, second, state } = twoThreads();
  first.acquire();
  first.halfway();
  second.acquire();
  state.nowMs = 1_999;
  expect(second.acquire()).toBe(false);
  // It still comes back now and then: its time begins anew.
  first.acquire();
  first.halfway();
  state.nowMs = 2_000;
  expect(second.acquire()).toBe(false);
  state.nowMs = 4_000;
  state.takes = false;
  expect(second.acquire()).toBe(false);
  state.takes = true;
  expect([second.acquire(), state.ended]).toEqual([true, 1]);
  expect(first.acquire()).toBe(false);
  second.release();
  expect(first.acquire()).toBe(true);
});

test('a thread that seems to be inside of a write is waited for longer', () => {
  const { first, second, state } = twoThreads();
  first.acquire();
  second.acquire();
  state.nowMs = 29_999;
  expect(second.acquire()).toBe(false);
  state.nowMs = 30_000;
  expect(second.acquire()).toBe(true);
});

/** A descriptor with some room, and a lock that can be refused. */
function writerWithLock() {
  const state = {
    text: '',
    room: 100,
    mine: true,
    wanted: false,
    calls: [] as string[],
    timers: [] as Array<() => void>,
  };
  const lock: ThreadLock = {
    acquire: () => state.mine,
    halfway: () => void state.calls.push('halfway'),
    release() {
      state.calls.push('give');
      return state.wanted;
    },
  };
  const writer = createLineWriter({
    write(bytes, length) {
      if (state.room === 0) throw Object.assign(new Error('busy'), { code: 'EAGAIN' });
      const taken = Math.min(state.room, length);
      state.text += Buffer.from(bytes.subarray(0, taken)).toString();
      state.room -= taken;
      return taken;
    },
    later: (callback) => void state.timers.push(callback),
    pause: () => {},
    onExit: () => {},
    endOfTick: () => {},
    droppedLine: () => 'dropped',
    lock: () => lock,
  });
  const fire = () => state.timers.splice(0).forEach((callback) => void callback());
  return { state, writer, fire };
}

test('a line that may not be written yet waits, in order', () => {
  const { state, writer, fire } = writerWithLock();
  state.mine = false;
  writer.write('one');
  writer.write('two');
  expect([state.text, writer.pendingBytes, state.calls]).toEqual(['', 8, []]);
  state.mine = true;
  fire();
  expect([state.text, writer.pendingBytes, state.calls]).toEqual(['one\ntwo\n', 0, ['give', 'give']]);
});

test('the lock is kept halfway through a line, and released between two lines when another thread wants it', () => {
  const { state, writer, fire } = writerWithLock();
  state.room = 2;
  writer.write('one');
  writer.write('two');
  writer.write('three');
  expect([state.text, state.calls]).toEqual(['on', ['halfway']]);
  state.room = 100;
  state.wanted = true;
  fire();
  expect([state.text, state.calls]).toEqual(['one\n', ['halfway', 'give']]);
  state.wanted = false;
  fire();
  expect([state.text, writer.pendingBytes]).toEqual(['one\ntwo\nthree\n', 0]);
});

test('a descriptor that takes nothing keeps no other thread from the lock', () => {
  const { state, writer } = writerWithLock();
  state.room = 0;
  writer.write('one');
  expect(state.calls).toEqual(['give']);
});
