import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { describe, expect, it } from 'vitest';

interface Metafile {
  outputs: Record<
    string,
    {
      entryPoint?: string;
      inputs: Record<string, { bytesInOutput: number }>;
      imports: ReadonlyArray<{ path: string; kind: string; external?: boolean }>;
    }
  >;
}

const METAFILE = new URL('../../examples/orders/dist/metafile.json', import.meta.url);
const metafile: Metafile = JSON.parse(await readFile(METAFILE, 'utf8'));

const HANDLERS: Record<string, string> = {
  'lambda/http.ts': 'components/api.ts',
  'lambda/orders.ts': 'components/order-consumer.ts',
  'lambda/notifications.ts': 'components/notification-consumer.ts',
  'lambda/tasks.ts': 'components/recalculate-totals.ts',
  'lambda/supervisor.ts': 'components/recalculate-totals.ts',
};
const NOT_FOR_FUNCTIONS =
  /hosts\/service|packages\/(local|cdk)\/|packages\/app\/(src|dist)\/(ecs|cli|admin)\/|consumer\/(poller|receiver|lease-keeper)\./;

/** A text that only this driver has, and the functions whose components open it. */
const DRIVERS: ReadonlyArray<{ marker: string; opened: readonly string[] }> = [
  {
    marker: 'Cannot write operations together',
    opened: ['lambda/http.ts', 'lambda/orders.ts', 'lambda/notifications.ts', 'lambda/tasks.ts'],
  },
  { marker: 'records of the session table', opened: ['lambda/http.ts'] },
  { marker: 'its lease ended and', opened: ['lambda/http.ts', 'lambda/orders.ts'] },
  { marker: 'publisher to topic', opened: ['lambda/orders.ts'] },
  { marker: 'sender to queue', opened: ['lambda/http.ts'] },
  { marker: 'consumer of queue', opened: ['lambda/orders.ts', 'lambda/notifications.ts'] },
];

function outputOf(entry: string) {
  const found = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === entry);
  if (!found) throw new Error(`Cannot find the bundle of ${entry}: run npm run build`);
  return { file: found[0], output: found[1] };
}

/** The files that have a part in the bundle of an entry. */
function inputsOf(entry: string): string[] {
  const { output } = outputOf(entry);
  return Object.entries(output.inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => path);
}

describe('the bundle of each function', () => {
  it.each(Object.entries(HANDLERS))('%s carries %s and no other component', (entry, handler) => {
    expect(inputsOf(entry).filter((path) => path.startsWith('components/'))).toEqual([handler]);
  });

  it.each(Object.keys(HANDLERS))('%s carries the router only when it serves HTTP', (entry) => {
    const router = inputsOf(entry).filter((path) => path.includes('node_modules/hono/') || path.startsWith('http/'));
    if (entry === 'lambda/http.ts') expect(router).not.toEqual([]);
    else expect(router).toEqual([]);
  });

  it.each(Object.keys(HANDLERS))(
    '%s carries nothing of the service and its poller, the command line or the local AWS',
    (entry) => {
      expect(inputsOf(entry).filter((path) => NOT_FOR_FUNCTIONS.test(path))).toEqual([]);
    },
  );

  it.each(DRIVERS)('has "$marker" of a driver only where its component opens it', async ({ marker, opened }) => {
    const having: string[] = [];
    for (const entry of Object.keys(HANDLERS)) {
      const text = await readFile(new URL(`../../examples/orders/${outputOf(entry).file}`, import.meta.url), 'utf8');
      if (text.includes(marker)) having.push(entry);
    }
    expect(having).toEqual(opened);
  });

  it.each(Object.keys(HANDLERS))('%s imports only modules of Node at its top', (entry) => {
    const { imports } = outputOf(entry).output;
    const atTop = imports.filter(({ kind, external }) => external && kind === 'import-statement');
    expect(atTop.map(({ path }) => path).filter((path) => !isBuiltin(path))).toEqual([]);
  });
});
