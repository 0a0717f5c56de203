import { writeSync } from 'node:fs';
import { contest } from '../support/contest.ts';
import { LOG_LINES, logFields } from '../support/log-fields.ts';

// The least that a line can cost which has left the process when the call returns: the bytes of
// ours, made beforehand but for the timestamp, to the same descriptor.
const HEAD = '{"level":"INFO","message":"order placed","timestamp":"';
const TAIL =
  '","service":"bench","sampling_rate":0,"orderId":"o-55555","customerId":"c-42","totalCents":67455,"items":3,"express":true}\n';
const bytes = Buffer.from(`${HEAD}${new Date().toISOString()}${TAIL}`);
let lastMs = 0;
let unused = 0;
await contest(LOG_LINES, (lines) => {
  for (let line = 0; line < lines; line += 1) {
    unused += logFields(line).items;
    const nowMs = Date.now();
    if (nowMs !== lastMs) {
      lastMs = nowMs;
      bytes.write(new Date(nowMs).toISOString(), HEAD.length);
    }
    writeSync(1, bytes);
  }
});
if (unused === 0) throw new Error('Cannot measure: no line was written');
