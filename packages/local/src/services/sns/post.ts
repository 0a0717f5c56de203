import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** Whether a request arrived; `failed` is worth another try, `refused` is not. */
export type Outcome = 'delivered' | 'failed' | 'refused';

// "Amazon SNS waits 15 seconds for a response" (HTTP/S endpoints).
const TIMEOUT_MS = 15_000;

/** Client-side errors are final, "except 429" and what is the server's fault (SNS developer guide, message delivery retries). */
const outcomeOf = (status: number): Outcome => {
  if (status >= 200 && status < 300) return 'delivered';
  return status >= 500 || status === 429 || status < 200 ? 'failed' : 'refused';
};

/** Posts `body` to an HTTP or HTTPS URL. Follows no redirect. Never rejects. */
export async function post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<Outcome> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((resolve) => {
    const options = {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      agent: false,
    };
    const sent = request(url, options, (response) => {
      response.resume();
      response.on('end', () => resolve(outcomeOf(response.statusCode ?? 0)));
      response.on('error', () => resolve('failed'));
    });
    // A URL that does not answer must not keep the process alive.
    sent.on('socket', (socket) => socket.unref());
    sent.on('error', () => resolve('failed'));
    sent.end(body);
  });
}
