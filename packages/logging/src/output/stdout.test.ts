import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';

// Real processes on real pipes: what the reader gets is all that was logged, whatever ends the
// process.

const entry = new URL('../index.ts', import.meta.url).href;
const PRELUDE = `
  import { createLogger } from ${JSON.stringify(entry)};
  const logger = createLogger({ service: 'orders', env: {} });
  const many = (from, to) => { for (let n = from; n < to; n += 1) logger.info('line', { n, pad: 'x'.repeat(200) }); };
`;

/**
 * Node's own pipes are sockets. A real one is the shell's; its reader begins after a line on its
 * standard input.
 */
function start(script: string, kind: 'socket' | 'pipe' = 'socket') {
  const args = ['--conditions=@twelvefold/source', '--input-type=module', '--no-warnings', '-e', PRELUDE + script];
  if (kind === 'socket') return spawn(process.execPath, args, { stdio: 'pipe' });
  const shell = 'set -o pipefail; exec 3<&0; "$@" </dev/null | (read -u 3; cat)';
  return spawn('bash', ['-c', shell, 'bash', process.execPath, ...args], { stdio: 'pipe' });
}

/** Runs the script; its output is not read before the process has had time to fill the pipe. */
async function run(script: string, kind?: 'socket' | 'pipe') {
  const child = start(script, kind);
  const closed = once(child, 'close');
  let out = '';
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk;
    // Once: if the text came in two pieces, everything would be read twice.
    if (!err.includes('full') || child.stdout.readableFlowing) return;
    child.stdin.end('\n');
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
  });
  await closed;
  return { lines: out.split('\n').slice(0, -1), err, code: child.exitCode, rest: out.split('\n').at(-1) };
}

const numbers = (lines: string[]) => lines.map((line) => (JSON.parse(line) as { n?: number }).n);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('on a pipe that is full', () => {
  test.each([
    ['process.exit', 'process.exit(3);', 3],
    ['an uncaught error', "throw new Error('boom');", 1],
    ['the end of the work', '', 0],
    ['an awaited flush', 'await logger.flush();', 0],
  ])('nothing is lost at %s', async (_name, end, code) => {
    // 2,000 lines are some 600 KB; a pipe holds 64 KB.
    const result = await run(`many(0, 2_000); process.stderr.write('full'); ${end}`);
    expect(result.code).toBe(code);
    expect(result.rest).toBe('');
    expect(numbers(result.lines)).toEqual(upTo(2_000));
  });

  test.each([
    ['process.exit', 'process.exit(3);', 3],
    ['an uncaught error', "throw new Error('boom');", 1],
    ['the end of the work', '', 0],
  ])('nothing is lost at %s when it is a pipe of the shell', async (_name, end, code) => {
    const result = await run(`many(0, 2_000); process.stderr.write('full'); ${end}`, 'pipe');
    expect(result.code).toBe(code);
    expect(numbers(result.lines)).toEqual(upTo(2_000));
  });

  test('the event loop goes on when it is a pipe of the shell', async () => {
    // No reader before the timer has run.
    const result = await run("many(0, 2_000); setTimeout(() => process.stderr.write('full'), 1);", 'pipe');
    expect(numbers(result.lines)).toEqual(upTo(2_000));
  });

  test('the event loop goes on', async () => {
    const result = await run(`
      many(0, 2_000);
      setTimeout(() => { process.stderr.write('full'); logger.info('line', { n: 2_000 }); }, 20);
    `);
    expect(numbers(result.lines)).toEqual(upTo(2_001));
  });

  test('lines of 200 KB stay whole', async () => {
    const result = await run(`
      for (let n = 0; n < 10; n += 1) logger.info('line', { n, list: Array.from({ length: 20 }, () => 'x'.repeat(10_000)) });
      process.stderr.write('full');
      process.exit(0);
    `);
    expect(numbers(result.lines)).toEqual(upTo(10));
  });

  test('worker threads lose nothing either', async () => {
    const worker = `${PRELUDE} many(0, 500); process.exit(0);`;
    const result = await run(`
      import { Worker } from 'node:worker_threads';
      const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(worker)})));
      worker.on('error', (error) => { process.stderr.write(String(error.stack)); });
      setTimeout(() => process.stderr.write('full'), 300);
    `);
    expect(result.err).toBe('full');
    expect(numbers(result.lines)).toEqual(upTo(500));
  });
});

/**
 * Reads as `head`, slowly: 64 KiB, then a pause. Writes how many whole lines came, and whether they
 * came in order.
 */
const SLOW_READER = `
  const { readSync } = require('node:fs');
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const bytes = Buffer.alloc(65_536);
  let rest = '', lines = 0, wrong = 0;
  for (;;) {
    let taken;
    try { taken = readSync(0, bytes); } catch (error) { if (error.code === 'EAGAIN') continue; throw error; }
    if (taken === 0) break;
    Atomics.wait(pause, 0, 0, 1);
    const parts = (rest + bytes.toString('latin1', 0, taken)).split('\\n');
    rest = parts.pop();
    for (const part of parts) { if (JSON.parse(part).n !== lines) wrong += 1; lines += 1; }
  }
  console.log(JSON.stringify({ lines, wrong, rest }));
`;

test('100,000 lines reach a slow reader although the process exits right after the last', {
  timeout: 120_000,
}, async () => {
  const script = 'many(0, 100_000); process.exit(3);';
  const args = ['--conditions=@twelvefold/source', '--input-type=module', '--no-warnings', '-e', PRELUDE + script];
  const shell = '"$0" "$@" | "$0" -e "$SLOW_READER"; echo "$PIPESTATUS"';
  const child = spawn('bash', ['-c', shell, process.execPath, ...args], { env: { ...process.env, SLOW_READER } });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  await once(child, 'close');
  const [read = '', codes] = out.split('\n');
  expect(JSON.parse(read)).toEqual({ lines: 100_000, wrong: 0, rest: '' });
  expect(codes).toBe('3');
});

describe('on a pipe that is not read', { timeout: 60_000 }, () => {
  /**
   * 20,000 lines of 1 KiB are 20 MiB. Writes `alive` when the event loop comes round after each
   * hundred.
   */
  const FLOOD = `
    const pad = 'x'.repeat(800);
    let n = 0;
    const flood = setInterval(() => {
      for (const end = n + 100; n < end; n += 1) logger.info('line', { n, pad });
      if (n === 20_000) { clearInterval(flood); process.stderr.write('flooded'); }
    }, 1);
  `;

  /** Ends as by the platform's signal once the flood is over. */
  const STOP = `
    process.on('SIGTERM', () => process.exit(7));
    process.on('exit', () => logger.info('the last line'));
    const watch = setInterval(() => { if (n === 20_000) { clearInterval(watch); process.kill(process.pid, 'SIGTERM'); } }, 5);
  `;

  test.each([
    ['socket', '"$@" </dev/null >&4; echo "code $?" >&2'],
    ['pipe', '{ "$@" </dev/null; echo "code $?" >&2; } | { read -u 3; }'],
  ])('the event loop goes on, and SIGTERM ends it: a %s', async (_kind, command) => {
    const args = [
      '--conditions=@twelvefold/source',
      '--input-type=module',
      '--no-warnings',
      '-e',
      PRELUDE + FLOOD + STOP,
    ];
    const child = spawn('bash', ['-c', `exec 3<&0 4>&1; ${command}`, 'bash', process.execPath, ...args], {
      stdio: 'pipe',
    });
    const closed = once(child, 'exit');
    let err = '';
    for await (const chunk of child.stderr.setEncoding('utf8')) {
      err += String(chunk);
      if (err.includes('code')) break;
    }
    child.stdin.end();
    child.stdout.destroy();
    expect(err).toBe('floodedcode 7\n');
    await closed;
  });

  test('the lines that were dropped are counted once it is read again', async () => {
    const child = start(`${FLOOD} process.stdin.once('data', () => { process.stdin.unref(); });`);
    const closed = once(child, 'close');
    await once(child.stderr, 'data');
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stdin.end('go\n');
    await closed;
    const lines = out
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as Record<string, unknown>);
    const reports = lines.filter((entry) => 'dropped_lines' in entry);
    expect(reports).toMatchObject([
      { level: 'WARN', service: 'orders', message: expect.stringMatching(/^Dropped log/) },
    ]);
    const dropped = Number(reports[0]?.dropped_lines);
    expect(dropped).toBeGreaterThan(1_000);
    expect(lines.length - 1 + dropped).toBe(20_000);
    expect(numbers(out.trimEnd().split('\n').slice(0, 1_000))).toEqual(upTo(1_000));
  });
});

test('a reader that goes away ends nothing', async () => {
  const child = start(`
    many(0, 10);
    process.stdin.once('data', () => { many(10, 2_000); process.stderr.write('alive'); process.exit(0); });
  `);
  const closed = once(child, 'close');
  child.stdout.once('data', () => {
    child.stdout.once('close', () => child.stdin.write('\n')).destroy();
  });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  await closed;
  expect([child.exitCode, err]).toEqual([0, 'alive']);
});

test('all levels go to standard output', async () => {
  const result = await run(`
    for (const level of ['debug', 'info', 'warn', 'error', 'critical']) logger[level](level);
    process.stderr.write('full');
  `);
  expect(result.err).toBe('full');
  expect(result.lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
    'info',
    'warn',
    'error',
    'critical',
  ]);
});
