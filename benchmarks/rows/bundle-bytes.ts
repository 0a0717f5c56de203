import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bundle } from '../support/bundle.ts';
import type { Row } from '../support/row.ts';
import type { Measurement } from './measurement.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/orders/dist/lambda');
const FUNCTIONS = ['http', 'orders', 'notifications', 'tasks'];
/**
 * No function may carry the AWS SDK again: its smallest client alone has 400,000, the largest
 * function 442,000.
 */
const MOST_FUNCTION_BYTES = 500_000;
/**
 * Some 2 % above the minimal handler's bytes, so that a test finds growth by a package. The target
 * of 170,000 is open: Powertools and zod alone are 50,000, which leaves 120,000 for the transport,
 * config, logging and the consumer. They have 151,000.
 */
export const MOST_MINIMAL_BYTES = 206_000;

/** Bytes of the example's built functions, and of a minimal handler beside the same by others. */
export const bundleBytes: Measurement = {
  name: 'bundle',
  quick: true,
  async measure({ quick }) {
    const rows: Row[] = [];
    for (const name of FUNCTIONS) {
      const path = join(EXAMPLE, `${name}.js`);
      const content = await readFile(path).catch((cause: unknown) => {
        throw new Error(`Cannot measure ${path}: it is not built; run 'npm run build' first`, { cause });
      });
      const base = { name: 'bundle', unit: 'bytes' };
      rows.push({
        ...base,
        measure: `Bundle of orders/${name}`,
        value: content.byteLength,
        target: { atMost: MOST_FUNCTION_BYTES },
        exact: true,
      });
      const zipped = gzipSync(content).byteLength;
      rows.push({ ...base, measure: `Bundle of orders/${name}, gzip`, value: zipped, exact: false });
    }
    const ours = await bundle('minimal', ['@aws-sdk/*']);
    const minimal = { name: 'bundle', measure: 'Bundle of the cold start handler, minified', unit: 'bytes' };
    rows.push({ ...minimal, value: ours.bytes, target: { atMost: MOST_MINIMAL_BYTES }, exact: true });
    if (!quick) {
      const powertools = await bundle('powertools');
      const middy = await bundle('middy');
      const floor = await bundle('floor');
      rows.push({
        ...minimal,
        value: ours.bytes,
        peers: { Powertools: powertools.bytes, middy: middy.bytes, floor: floor.bytes },
        target: { atMost: 170_000 },
        exact: false,
        note: 'The AWS SDK is in the bundles of the peers, which need it; ours leaves it out (`external`), as it does not load it. zod/mini by `import * as z` on all sides. Module builds where packages have them, for everybody.',
      });
    }
    return rows;
  },
};
