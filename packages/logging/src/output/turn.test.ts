import { expect, test } from 'vitest';
import { createLineWriter } from './line-writer.ts';
import type { Turn } from './turn.ts';
import { createTurn, TURN_BYTES } from './turn.ts';

/** Two threads, of which the second sees when the first is gone. */
function twoThreads() {
  const memory = new Int32Array(new SharedArrayBuffer(TURN_BYTES));
  const state = { nowMs: 0, takes: true, ended: 0, pauses: 0 };
  const turn = (thread: number) =>
    createTurn({
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
  return { state, first: turn(0), second: turn(1) };
}

test('a turn is one thread’s until it gives it, and it learns that another asked', () => {
  const { first, second, state } = twoThreads();
  expect([first.take(), first.take(), second.take()]).toEqual([true, true, false]);
  // A write is waited for.
  expect(state.pauses).toBeGreaterThan(0);
  expect(first.give()).toBe(true);
  expect([second.take(), second.give(), first.take(), first.give()]).toEqual([true, false, true, false]);
});

test('halfway through a line nobody is waited for', () => {
  const { first, second, state } = twoThreads();
  first.take();
  first.halfway();
  expect([second.take(), state.pauses]).toEqual([false, 0]);
  expect(first.take()).toBe(true);
  first.give();
  expect(second.take()).toBe(true);
});

test('a thread that is no more is followed when the descriptor takes something, its line being ended', () => {
  const { first, second, state } = twoThreads();
  first.take();
  first.halfway();
  second.take();
  state.nowMs = 1_999;
  expect(second.take()).toBe(false);
  // It still comes back now and then: its time begins anew.
  first.take();
  first.halfway();
  state.nowMs = 2_000;
  expect(second.take()).toBe(false);
  state.nowMs = 4_000;
  state.takes = false;
  expect(second.take()).toBe(false);
  state.takes = true;
  expect([second.take(), state.ended]).toEqual([true, 1]);
  expect(first.take()).toBe(false);
  second.give();
  expect(first.take()).toBe(true);
});

test('a thread that seems to be inside of a write is waited for longer', () => {
  const { first, second, state } = twoThreads();
  first.take();
  second.take();
  state.nowMs = 29_999;
  expect(second.take()).toBe(false);
  state.nowMs = 30_000;
  expect(second.take()).toBe(true);
});

/** A descriptor with some room, and a turn that can be refused. */
function writerWithTurn() {
  const state = {
    text: '',
    room: 100,
    mine: true,
    wanted: false,
    calls: [] as string[],
    timers: [] as Array<() => void>,
  };
  const turn: Turn = {
    take: () => state.mine,
    halfway: () => void state.calls.push('halfway'),
    give() {
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
    endOfTurn: () => {},
    droppedLine: () => 'dropped',
    turn: () => turn,
  });
  const fire = () => state.timers.splice(0).forEach((callback) => void callback());
  return { state, writer, fire };
}

test('a line that may not be written yet waits, in order', () => {
  const { state, writer, fire } = writerWithTurn();
  state.mine = false;
  writer.write('one');
  writer.write('two');
  expect([state.text, writer.pendingBytes, state.calls]).toEqual(['', 8, []]);
  state.mine = true;
  fire();
  expect([state.text, writer.pendingBytes, state.calls]).toEqual(['one\ntwo\n', 0, ['give', 'give']]);
});

test('the turn is kept halfway through a line, and given between two when another wants it', () => {
  const { state, writer, fire } = writerWithTurn();
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

test('a descriptor that takes nothing keeps nobody from his turn', () => {
  const { state, writer } = writerWithTurn();
  state.room = 0;
  writer.write('one');
  expect(state.calls).toEqual(['give']);
});
