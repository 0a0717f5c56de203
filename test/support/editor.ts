import { spawn } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly items?: readonly unknown[] };
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** A project as an editor has it open: TypeScript's own language server. */
export interface Editor extends AsyncDisposable {
  /** The names that are offered at `|` in the text of a file of the project. */
  completions(text: string): Promise<string[]>;
  /** The errors in the text of a file of the project. */
  errors(text: string): Promise<string[]>;
}

/** Starts an editor on the folder of a `tsconfig.json`. Its files are not written. */
export async function openEditor(folder: string): Promise<Editor> {
  const server = spawn(fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url)), ['--lsp', '--stdio'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const waiting = new Map<number, (message: Message) => void>();
  let asked = 0;
  let opened = 0;
  const send = (message: object) => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  const take = (message: Message) => {
    if (message.id === undefined) return;
    if (message.method === undefined) waiting.get(message.id)?.(message);
    // A question of the server: no settings, and yes to the rest.
    else send({ id: message.id, result: message.params?.items?.map(() => null) ?? null });
  };
  readMessages(server.stdout, take);
  const ask = async (method: string, params: object): Promise<unknown> => {
    asked += 1;
    const id = asked;
    const answer = new Promise<Message>((resolve) => waiting.set(id, resolve));
    send({ id, method, params });
    const { result, error } = await Promise.race([
      answer,
      ended.then((): Message => ({ error: { message: 'it ended' } })),
    ]);
    if (error) throw new Error(`Cannot ask TypeScript's server for ${method}: ${error.message}`);
    return result;
  };
  const open = (text: string) => {
    opened += 1;
    const uri = pathToFileURL(`${folder}/opened-${opened}.ts`).href;
    send({
      method: 'textDocument/didOpen',
      params: { textDocument: { uri, languageId: 'typescript', version: 1, text } },
    });
    return { uri };
  };
  const capabilities = { textDocument: { completion: { completionItem: {} }, diagnostic: {} } };
  await ask('initialize', { processId: process.pid, rootUri: pathToFileURL(folder).href, capabilities });
  send({ method: 'initialized', params: {} });
  return {
    async completions(marked) {
      const before = marked.slice(0, marked.indexOf('|')).split('\n');
      const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
      const textDocument = open(marked.replace('|', ''));
      const found = (await ask('textDocument/completion', { textDocument, position })) as {
        readonly items: ReadonlyArray<{ readonly label: string }>;
      } | null; // LSP: a list, or nothing
      return (found?.items ?? []).map(({ label }) => label.replace(/\?$/, '')).sort();
    },
    async errors(text) {
      const found = (await ask('textDocument/diagnostic', { textDocument: open(text) })) as {
        readonly items: ReadonlyArray<{ readonly message: string; readonly severity?: number }>;
      }; // LSP: the full report of a file
      return found.items.filter(({ severity }) => severity === 1).map(({ message }) => message);
    },
    [Symbol.asyncDispose]: async () => {
      server.kill();
      await ended;
    },
  };
}

/** Calls `take` with each message of a stream of LSP: a header with its length, then JSON. */
function readMessages(stream: NodeJS.ReadableStream, take: (message: Message) => void): void {
  let received = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    for (;;) {
      const head = received.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(received.toString('utf8', 0, head))?.[1]);
      const end = head + 4 + length;
      if (received.length < end) return;
      take(JSON.parse(received.toString('utf8', head + 4, end)));
      received = received.subarray(end);
    }
  });
}
