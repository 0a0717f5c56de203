import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AwsPort } from '../create-aws.ts';
import { createAws } from '../create-aws.ts';
import type { AwsSettings } from '../settings.ts';

/** A request as it came over the wire. */
export interface Recorded {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Recorder extends AsyncDisposable {
  readonly url: string;
  /** Requests since the last call. */
  take(): Recorded[];
  /** Sets the response to all later requests. */
  answer(answer: Answer): void;
  /** The port over one transport, at this endpoint. */
  port(transport: 'lean' | 'sdk', settings?: AwsSettings): AwsPort;
}

export const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a/secret+key', sessionToken: 'a+token/==' };

/** A server that records its requests and sends the response that was set. */
export async function startRecorder(): Promise<Recorder> {
  let seen: Recorded[] = [];
  let answer: Answer = { status: 200, body: '{}' };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
      seen.push({ method, url, headers: flat, body: Buffer.concat(parts).toString() });
      const length = { 'content-length': Buffer.byteLength(answer.body) };
      response
        .writeHead(answer.status, { 'x-amzn-requestid': 'request-1', ...length, ...answer.headers })
        .end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ports: AwsPort[] = [];
  return {
    url,
    take: () => {
      const taken = seen;
      seen = [];
      return taken;
    },
    answer: (next) => {
      answer = next;
    },
    port: (transport, settings = {}) => {
      const env = { AWS_REGION: 'eu-west-1' };
      const port = createAws({ env, endpoint: url, credentials: CREDENTIALS, transport, maxAttempts: 1, ...settings });
      ports.push(port);
      return port;
    },
    [Symbol.asyncDispose]: async () => {
      for (const port of ports) port.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
