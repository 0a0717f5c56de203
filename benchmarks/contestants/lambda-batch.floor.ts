import { AsyncLocalStorage } from 'node:async_hooks';
import { hash } from 'node:crypto';
import { parse } from '../support/batch-schema.ts';
import { contest } from '../support/contest.ts';
import { sqsEvent } from '../support/sqs-event.ts';

/*
 * The least work per record that this library also does: its body checked by MD5 and parsed, its
 * handler awaited in a separate asynchronous context. Nothing else: no id, signal, deadline, or
 * answer to a failure but its id.
 */
const storage = new AsyncLocalStorage<object>();
let sum = 0;
const record = async ({ body }: { body: string }) => {
  sum += parse(JSON.parse(body)).index;
};
const event = sqsEvent();
await contest(600_000, async (records) => {
  for (let batch = 0; batch < records / 10; batch += 1) {
    const failed: string[] = [];
    await Promise.all(
      event.Records.map(async (one) => {
        try {
          if (hash('md5', one.body) !== one.md5OfBody) throw new Error('Cannot measure: a body is damaged');
          await storage.run({ id: one.messageId }, record, one);
        } catch {
          failed.push(one.messageId);
        }
      }),
    );
    if (failed.length > 0) throw new Error('Cannot measure: a record failed');
  }
});
if (sum === 0) throw new Error('Cannot measure: nothing was handled');
