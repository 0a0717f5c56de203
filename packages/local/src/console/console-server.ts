import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '@twelvefold/core/internal';
import { AwsCallError } from '../client/aws-client.ts';
import { createConsoleGuard } from './console-guard.ts';
import { renderError, renderPage, SCRIPT, STYLE } from './layout.ts';
import type { ConsoleContext, Form, Section } from './section.ts';
import { ConsoleFault } from './section.ts';
import { sections } from './sections/index.ts';

/** A running console. */
export interface Console {
  /** With the token that lets a browser in. */
  readonly url: string;
  close(): Promise<void>;
}

/** A form that a person fills in is far smaller. */
const MAX_FORM_BYTES = 1024 * 1024;
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; img-src data:; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
};

/**
 * Serves the console on loopback.
 *
 * @throws Error when the port is taken
 */
export async function startConsole(port: number, context: ConsoleContext): Promise<Console> {
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(messageOf(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: bound } = server.address() as AddressInfo; // listens on TCP
  const guard = createConsoleGuard(bound);
  const send = (response: ServerResponse, status: number, type: string, body: string, headers = {}) => {
    response.writeHead(status, { ...SECURITY_HEADERS, 'content-type': `${type}; charset=utf-8`, ...headers });
    response.end(body);
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const refused = guard.refuse(request, url);
    if (refused !== undefined) return send(response, refused.status, 'text/plain', `${refused.message}\n`);
    const cookie = guard.cookieFor(url.searchParams);
    // The token leaves the address bar: it must not end up in a history or a screenshot.
    if (cookie !== undefined) return send(response, 303, 'text/plain', '', { location: '/', 'set-cookie': cookie });
    if (url.pathname === '/console.css') return send(response, 200, 'text/css', STYLE);
    if (url.pathname === '/console.js') return send(response, 200, 'text/javascript', SCRIPT);
    const isApi = url.pathname.startsWith('/api/');
    let section: Section | undefined;
    try {
      const [path = '', ...rest] = (isApi ? url.pathname.slice(5) : url.pathname.slice(1)).split('/').map(decodePart);
      section = sections.find((one) => one.path === (path === '' ? 'queues' : path));
      if (section === undefined) throw new ConsoleFault(`Cannot find the page ${url.pathname}`);
      if (request.method === 'POST') {
        const done = await act(section, rest, context, new URLSearchParams(await readBody(request)));
        if (isApi) return send(response, 200, 'application/json', JSON.stringify({ done }));
        const back = new URL(sameOrigin(request) ?? `/${section.path}`, 'http://localhost');
        back.searchParams.set('done', done);
        return send(response, 303, 'text/plain', '', { location: `${back.pathname}${back.search}` });
      }
      const data = await section.read(context, { rest, search: url.searchParams });
      if (isApi) return send(response, 200, 'application/json', JSON.stringify(data));
      const content = section.render(data, { rest, search: url.searchParams });
      send(response, 200, 'text/html', renderPage(context, sections, section, content, url.searchParams.get('done')));
    } catch (error) {
      const status = isOfRequest(error) ? 400 : 500;
      const message = messageOf(error);
      if (isApi) send(response, status, 'application/json', JSON.stringify({ message }));
      else send(response, status, 'text/html', renderError(context, sections, section, message));
    }
  }

  return {
    url: `http://127.0.0.1:${bound}/?${guard.query}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Whether the request is at fault, also in the words of AWS, e.g. for a key of another type. */
const isOfRequest = (error: unknown) =>
  error instanceof ConsoleFault || (error instanceof AwsCallError && error.status >= 400 && error.status < 500);

async function act(section: Section, [name = '', ...more]: string[], context: ConsoleContext, form: Form) {
  const action = Object.hasOwn(section.actions ?? {}, name) ? section.actions?.[name] : undefined;
  if (action === undefined || more.length > 0) throw new ConsoleFault(`${section.path} has no action '${name}'`);
  return action(context, form);
}

/** The page that a form was on, as a path. */
function sameOrigin({ headers }: IncomingMessage): string | undefined {
  const { referer, host } = headers;
  if (referer === undefined || !URL.canParse(referer)) return undefined;
  const url = new URL(referer);
  return url.host === host ? `${url.pathname}${url.search}` : undefined;
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ConsoleFault(`The address has a part that cannot be decoded: ${text}`);
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request) {
    size += (piece as Buffer).length;
    if (size > MAX_FORM_BYTES) throw new ConsoleFault(`The form is larger than ${MAX_FORM_BYTES} bytes`);
    pieces.push(piece as Buffer);
  }
  return Buffer.concat(pieces).toString();
}
