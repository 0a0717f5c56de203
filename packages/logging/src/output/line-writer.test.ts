import { describe, expect, test } from 'vitest';
import { createLineWriter } from './line-writer.ts';

/** A descriptor that takes `room` bytes, then says EAGAIN until there is room again. */
function fakeDescriptor(room: number) {
  const state = {
    text: '',
    room,
    pauses: 0,
    delays: [] as number[],
    keptAlive: true,
    timers: [] as Array<() => void>,
    exit: () => {},
    failure: undefined as string | undefined,
    onPause: () => {},
  };
  const writer = createLineWriter({
    write(bytes, length) {
      if (state.failure) throw Object.assign(new Error(state.failure), { code: state.failure });
      if (state.room === 0) throw Object.assign(new Error('busy'), { code: 'EAGAIN' });
      const taken = Math.min(state.room, length);
      state.text += Buffer.from(bytes.subarray(0, taken)).toString('latin1');
      state.room -= taken;
      return taken;
    },
    later(callback, delayMs, keepsAlive) {
      state.delays.push(delayMs);
      state.keptAlive = keepsAlive;
      state.timers.push(callback);
    },
    endOfTick: (callback) => void state.timers.push(callback),
    pause() {
      state.pauses += 1;
      state.onPause();
    },
    onExit(callback) {
      state.exit = callback;
    },
    droppedLine: (lines, bytes) => `dropped ${lines} of ${bytes}`,
  });
  const fire = () => state.timers.splice(0).forEach((callback) => void callback());
  return { state, writer, fire };
}

describe('a descriptor with room', () => {
  test('gets each line at once and whole', async () => {
    const { state, writer } = fakeDescriptor(100);
    writer.write('one');
    writer.write('two');
    expect(state.text).toBe('one\ntwo\n');
    expect(state.timers).toEqual([]);
    await writer.flush();
  });
});

describe('a writer that gathers', () => {
  function gathering() {
    const fake = fakeDescriptor(1_000_000);
    fake.writer.write('first');
    fake.writer.gather();
    return fake;
  }

  test('writes the lines of a tick together, at its end', () => {
    const { state, writer, fire } = gathering();
    writer.write('one');
    writer.write('two');
    expect(state.text).toBe('first\n');
    fire();
    expect(state.text).toBe('first\none\ntwo\n');
  });

  test('writes at once what may not wait, with all before it', () => {
    const { state, writer, fire } = gathering();
    writer.write('one');
    writer.write('failed', true);
    expect(state.text).toBe('first\none\nfailed\n');
    fire();
    expect(state.text).toBe('first\none\nfailed\n');
  });

  test('writes before the end of the tick at 16 KB, at a flush and at the exit', async () => {
    const { state, writer } = gathering();
    writer.write('x'.repeat(16_385));
    expect(state.text).toHaveLength(6 + 16_386);
    writer.write('flushed');
    await writer.flush();
    expect(state.text.endsWith('flushed\n')).toBe(true);
    writer.write('last');
    state.exit();
    writer.write('while exiting');
    expect(state.text.endsWith('last\nwhile exiting\n')).toBe(true);
  });
});

describe('a full pipe', () => {
  test('gets the rest later, in order, without blocking', async () => {
    const { state, writer, fire } = fakeDescriptor(6);
    writer.write('first');
    writer.write('second');
    writer.write('third');
    expect(state.text).toBe('first\n');
    expect(writer.pendingBytes).toBe(13);
    expect(state.timers).toHaveLength(1);
    let flushed = false;
    const flush = writer.flush().then(() => {
      flushed = true;
    });
    state.room = 3;
    fire();
    expect(state.text).toBe('first\nsec');
    await Promise.resolve();
    expect(flushed).toBe(false);
    writer.write('fourth');
    state.room = 100;
    fire();
    expect(state.text).toBe('first\nsecond\nthird\nfourth\n');
    await flush;
    expect(flushed).toBe(true);
    expect(writer.pendingBytes).toBe(0);
    expect(state.pauses).toBe(0);
  });

  test('is retried less and less often', () => {
    const { state, writer, fire } = fakeDescriptor(0);
    writer.write('x');
    for (let round = 0; round < 8; round += 1) fire();
    expect(state.delays).toEqual([1, 2, 5, 10, 25, 50, 50, 50, 50]);
  });

  test('is drained at exit, and what is logged after that as well', () => {
    const { state, writer } = fakeDescriptor(0);
    writer.write('one');
    state.onPause = () => {
      state.room = 2;
    };
    state.exit();
    expect(state.text).toBe('one\n');
    state.room = 0;
    writer.write('two');
    expect(state.text).toBe('one\ntwo\n');
  });

  test('whose reader has stopped holds the exit up for a second, once', () => {
    const { state, writer } = fakeDescriptor(0);
    writer.write('one');
    state.exit();
    expect(state.pauses).toBe(1_000);
    for (let line = 0; line < 10; line += 1) writer.write('two');
    expect(state.pauses).toBe(1_000);
  });

  test('whose reader is slow holds the exit up for 5 s', () => {
    const { state, writer } = fakeDescriptor(0);
    writer.write('x'.repeat(10_000));
    state.onPause = () => {
      state.room = 1;
    };
    state.exit();
    expect(state.pauses).toBe(5_000);
    writer.write('two');
    expect(state.pauses).toBe(5_000);
  });

  test('whose reader has stopped ends a flush after a second, and lets the process end after five', async () => {
    const { state, writer, fire } = fakeDescriptor(0);
    writer.write('one');
    let flushed = false;
    const flush = writer.flush().then(() => {
      flushed = true;
    });
    const sum = () => state.delays.reduce((total, delay) => total + delay, 0);
    while (sum() < 900) fire();
    await Promise.resolve();
    expect(flushed).toBe(false);
    while (sum() < 1_200) fire();
    await flush;
    expect(state.keptAlive).toBe(true);
    while (sum() < 6_000) fire();
    expect(state.keptAlive).toBe(false);
    state.room = 100;
    fire();
    expect(state.text).toBe('one\n');
  });

  const MIB = 1024 * 1024;
  const line = 'x'.repeat(MIB - 1);

  test('whose reader has stopped drops and counts what is over 16 MiB, after one short wait', () => {
    const { state, writer, fire } = fakeDescriptor(0);
    for (let index = 0; index < 16; index += 1) writer.write(line);
    expect(state.pauses).toBe(0);
    for (let index = 0; index < 100; index += 1) writer.write(line);
    expect(state.pauses).toBe(250);
    expect(writer.pendingBytes).toBe(16 * MIB);
    state.room = MIB - 1;
    fire();
    writer.write('still dropped');
    state.room = 1;
    fire();
    expect(writer.pendingBytes).toBeGreaterThan(15 * MIB);
    writer.write('taken again');
    state.room = 20 * MIB;
    fire();
    expect(state.text.slice(16 * MIB)).toBe(`dropped 101 of ${100 * MIB + 14}\ntaken again\n`);
    expect(state.pauses).toBe(250);
  });

  test('whose reader is slow loses nothing at 16 MiB', () => {
    const { state, writer } = fakeDescriptor(0);
    state.onPause = () => {
      state.room = 64 * 1024;
    };
    for (let index = 0; index < 20; index += 1) writer.write(line);
    expect(state.pauses).toBeGreaterThan(0);
    state.room = 20 * MIB;
    state.exit();
    expect(state.text).toBe(`${line}\n`.repeat(20));
  });
});

test('a reader that is gone ends the writing, quietly', async () => {
  const { state, writer } = fakeDescriptor(0);
  writer.write('one');
  const flush = writer.flush();
  state.failure = 'EPIPE';
  state.timers.splice(0).forEach((callback) => void callback());
  await flush;
  writer.write('two');
  expect(writer.pendingBytes).toBe(0);
  expect(state.timers).toEqual([]);
});
