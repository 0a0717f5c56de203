import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

interface Metafile {
  outputs: Record<string, { entryPoint?: string; inputs: Record<string, { bytesInOutput: number }> }>;
}

const METAFILE = new URL('../../examples/orders/dist/metafile.json', import.meta.url);
const metafile: Metafile = JSON.parse(await readFile(METAFILE, 'utf8'));

const HANDLERS: Record<string, string> = {
  'lambda/http.ts': 'components/api.ts',
  'lambda/orders.ts': 'components/order-consumer.ts',
  'lambda/notifications.ts': 'components/notification-consumer.ts',
  'lambda/tasks.ts': 'components/recalculate-totals.ts',
};
const NOT_FOR_FUNCTIONS =
  /hosts\/service|packages\/(local|cdk)\/|packages\/app\/(src|dist)\/(ecs|cli|admin)\/|consumer\/(poller|receiver|lease-keeper)\./;

/** What really ended up in the bundle of an entry. */
function inputsOf(entry: string): string[] {
  const output = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint === entry);
  if (!output) throw new Error(`There is no bundle of ${entry}: run npm run build`);
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
});
