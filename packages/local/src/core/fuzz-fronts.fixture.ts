import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll } from 'vitest';

export let aws: LocalAws;

let folder: string;

const agent = new Agent({ keepAlive: true, maxSockets: 8 });

export interface Received {
  readonly status: number;
  readonly text: string;
}

export const signed = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=fuzz/20261101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=00`,
});

export function send(method: string, path: string, headers: Record<string, string>, body: string | Uint8Array) {
  return new Promise<Received>((resolve, reject) => {
    // Said in so many words: Node leaves it out of a GET and a DELETE, whose bodies would be the
    // next request.
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const options = { method, path, headers: { ...length, ...headers }, agent };
    const request = httpRequest(aws.url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Registers the hooks that each test needs. */
export function prepareFronts(): void {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'twelvefold-fuzz-'));
    aws = await startLocalAws({ clock: createClock(() => Date.UTC(2026, 10, 20)), snapshot: folder });
  });
  afterAll(async () => {
    agent.destroy();
    // Saves the snapshot: no request may make that fail.
    await aws.close();
    await rm(folder, { recursive: true });
  });
}
