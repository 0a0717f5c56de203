import { request } from 'node:http';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createResponseReader, readWhole } from '../../packages/aws/src/lean/http/response-reader.ts';
import { createRandom, cut, mutatedAnswer } from './http-answers.ts';

/** `npm run verify` reads 20,000 answers. */
const RUNS = process.env.TWELVEFOLD_VERIFY === '1' ? 20_000 : 2_000;
const SEED = Number(process.env.ATTACK_SEED ?? 15);
const MOST_BYTES = 1024 * 1024;

interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * The lean reader's result for a response after which the connection ends; the reason if it refuses
 * it.
 */
function byLeanReader(bytes: Buffer, pieces: readonly Buffer[]): Answer | string {
  try {
    const whole = pieces.length === 1 ? readWhole(bytes, MOST_BYTES) : undefined;
    if (whole) return { status: whole.status, body: whole.text };
    const reader = createResponseReader(MOST_BYTES);
    for (const piece of pieces) {
      const response = piece.length > 0 && reader.push(piece);
      if (response) return { status: response.status, body: response.text };
    }
    const { status, text } = reader.end();
    return { status, body: text };
  } catch (error) {
    return String(error);
  }
}

/** node:http's result for it, which is llhttp's. */
function byNode(pieces: Buffer[]): Promise<Answer | string> {
  return new Promise((resolve) => {
    const socket = new Duplex({
      read() {},
      write(_chunk, _encoding, callback) {
        callback();
        for (const piece of pieces.splice(0)) if (piece.length > 0) socket.push(piece);
        socket.push(null);
      },
    });
    const call = request({ createConnection: () => socket, method: 'POST', headers: { 'content-length': 0 } });
    call.on('error', (error) => resolve(String(error)));
    call.on('upgrade', () => resolve('upgrade'));
    call.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', (error) => resolve(String(error)));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() }));
    });
    call.end();
  });
}

function same(ours: Answer, theirs: Answer | string): boolean {
  return typeof theirs !== 'string' && theirs.status === ours.status && theirs.body === ours.body;
}

/** The shortest beginning of `bytes` that the lean reader takes for a whole answer. */
function wholeAnswer(bytes: Buffer): Buffer {
  const reader = createResponseReader(MOST_BYTES);
  for (let at = 0; at < bytes.length; at += 1)
    if (reader.push(bytes.subarray(at, at + 1))) return bytes.subarray(0, at + 1);
  return bytes;
}

describe('the lean reader of HTTP answers', () => {
  it(`takes nothing of ${RUNS} mutated answers that llhttp refuses, and reads the same`, async () => {
    const random = createRandom(SEED);
    const lax: unknown[] = [];
    let both = 0;
    let strict = 0;
    let after = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const text = mutatedAnswer(random);
      const bytes = Buffer.from(text, 'latin1');
      const pieces = cut(bytes, random);
      const ours = byLeanReader(bytes, pieces);
      const theirs = await byNode([...pieces]);
      if (typeof ours === 'string') strict += typeof theirs === 'string' ? 0 : 1;
      else if (same(ours, theirs)) both += 1;
      else {
        // Bytes after the end fail node:http; the lean reader gives the answer and drops the
        // connection.
        const ended = await byNode([wholeAnswer(bytes)]);
        if (same(ours, ended)) after += 1;
        else lax.push({ run, text, ours, theirs, ended });
      }
    }
    expect(lax.slice(0, 5), `of ${lax.length}`).toEqual([]);
    expect(after).toBeLessThan(RUNS / 10);
    // The answers are not all broken, and the reader does not refuse whatever has a mutation.
    expect(both).toBeGreaterThan(RUNS / 8);
    expect(strict).toBeLessThan(RUNS / 10);
  });
});
