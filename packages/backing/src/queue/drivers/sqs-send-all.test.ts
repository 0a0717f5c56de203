import { TwelvefoldError } from '@twelvefold/core';
import { runInScope } from '@twelvefold/lifecycle';
import { describe, expect, it } from 'vitest';
import { awsFailure } from '../../testing/sqs-model.ts';
import type { SendResult } from '../port.ts';

import { aws, clock, MIB, prepareSender, sender, URL_ } from './sqs-sender.fixture.ts';

prepareSender();

describe('sendAll', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => ({ sku: `sku-${index}` }));

  it('packs by ten and answers in input order', async () => {
    const results = await sender().sendAll(many(25));
    expect(aws.calls.map(({ input }) => input.Entries.length)).toEqual([10, 10, 5]);
    expect(results).toHaveLength(25);
    const byId = new Map(aws.queue(URL_).map(({ id, body }) => [id, JSON.parse(body).sku]));
    results.forEach((result, index) => {
      expect(result.ok && byId.get(result.messageId)).toBe(`sku-${index}`);
    });
  });

  it('packs by bytes: no batch above 1 MiB, and an oversize message fails alone', async () => {
    const big = 'x'.repeat(400_000);
    const results = await sender().sendAll([{ sku: big }, { sku: big }, { sku: 'x'.repeat(MIB) }, { sku: big }]);
    expect(aws.calls.map(({ input }) => input.Entries.length)).toEqual([2, 1]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false, true]);
    const third = results[2];
    expect(third?.ok === false && TwelvefoldError.isInstance(third.error, 'MESSAGE_TOO_LARGE')).toBe(true);
  });

  it('fills a batch to the byte and not one over', async () => {
    const scope = { kind: 'task', component: 'test', correlationId: 'c-1' } as const;
    const overhead = JSON.stringify({ sku: '' }).length + 'correlationIdStringc-1'.length;
    const sized = (bytes: number) => ({ sku: 'x'.repeat(bytes - overhead) });
    const half = MIB / 2;
    await runInScope(scope, () => sender().sendAll([half, half, half, half + 1].map(sized)));
    expect(aws.calls.map(({ input }) => input.Entries.length)).toEqual([2, 1, 1]);
  });

  it('tries only the failed entries again, with back-off, and not those at fault', async () => {
    const failures = new Map<string, number>();
    aws.failEntry = (call, id) => {
      const { sku } = JSON.parse(call.input.Entries[Number(id)].MessageBody);
      const before = failures.get(sku) ?? 0;
      failures.set(sku, before + 1);
      if (sku === 'sku-3' && before < 2) return { SenderFault: false, Code: 'InternalError' };
      if (sku === 'sku-5') return { SenderFault: true, Code: 'InvalidMessageContents' };
      return undefined;
    };
    const sending = sender().sendAll(many(10));
    await clock.settle();
    expect(aws.calls).toHaveLength(1);
    await clock.advance(49);
    expect(aws.calls).toHaveLength(1); // 100 ms, of which half is random and random is 0
    await clock.advance(1);
    expect(aws.calls).toHaveLength(2);
    await clock.advance(100);
    const results = await sending;
    expect(aws.calls.map(({ input }) => input.Entries.length)).toEqual([10, 1, 1]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true, true, true, false, true, true, true, true]);
    expect(failures.get('sku-5')).toBe(1);
    expect(aws.queue(URL_).filter(({ body }) => body.includes('sku-3"'))).toHaveLength(1);
  });

  it('gives up on an entry after five attempts', async () => {
    aws.failEntry = () => ({ SenderFault: false, Code: 'InternalError' });
    const sending = sender().sendAll(many(1));
    await clock.advance(60_000);
    const [result] = await sending;
    expect(aws.calls).toHaveLength(5);
    expect(result?.ok === false && result.error.message).toContain('InternalError');
  });

  it('fails the entries of a call that failed, and sends the others', async () => {
    aws.before = (call) => (aws.calls.indexOf(call) === 0 ? awsFailure('AccessDenied', false) : undefined);
    const results = await sender().sendAll(many(15));
    expect(results.filter(({ ok }) => ok)).toHaveLength(5);
    expect(results.slice(0, 10).every(({ ok }) => !ok)).toBe(true);
  });

  it('does not read an asynchronous source faster than it sends', async () => {
    let pulled = 0;
    async function* endless() {
      for (;;) {
        pulled += 1;
        yield { sku: `sku-${pulled}` };
        if (pulled >= 1_000) return;
      }
    }
    aws.before = () => 1_000;
    const sending = sender().sendAll(endless());
    await clock.settle();
    expect(pulled).toBeLessThanOrEqual(161); // 16 batches under way
    await clock.advance(10_000);
    expect(await sending).toHaveLength(1_000);
    expect(aws.calls).toHaveLength(100);
  });

  it('does not keep a message waiting for a slow source, and loses none', async () => {
    const waits: Array<(value: undefined) => void> = [];
    async function* slow() {
      for (const sku of ['a', 'b', 'c']) {
        yield { sku };
        await new Promise((resolve) => waits.push(resolve));
      }
    }
    const sending = sender().sendAll(slow());
    await clock.advance(49);
    expect(aws.calls).toHaveLength(0);
    await clock.advance(1);
    expect(aws.queue(URL_)).toHaveLength(1);
    waits.shift()?.(undefined);
    await clock.settle();
    waits.shift()?.(undefined);
    await clock.advance(50);
    expect(aws.queue(URL_)).toHaveLength(3);
    expect(aws.calls).toHaveLength(2);
    waits.shift()?.(undefined);
    expect(await sending).toHaveLength(3);
    expect(clock.sleepers).toBe(0);
  });

  it('takes iterators made by hand, and closes one that has thrown where it should not', async () => {
    let n = 0;
    const byHand = (next: () => unknown) =>
      ({
        [Symbol.asyncIterator]: () => ({
          next,
          return: () => {
            throw new Error('no');
          },
        }),
      }) as never; // not what the types ask for
    const sent = await sender().sendAll(byHand(() => ({ done: ++n > 3, value: { sku: `s-${n}` } })));
    expect(sent.map(({ ok }) => ok)).toEqual([true, true, true]);
    const failing = byHand(() => {
      throw new Error('the source is gone');
    });
    await expect(sender().sendAll(failing)).rejects.toThrow('the source is gone');
  });

  it('rejects when the source throws, after what was under way has been sent', async () => {
    function* broken() {
      yield* many(10);
      throw new Error('cursor closed');
    }
    await expect(sender().sendAll(broken())).rejects.toThrow('cursor closed');
    expect(aws.queue(URL_)).toHaveLength(10);
  });

  it('tells each result as it is known instead of keeping them, so that a source may have no end', async () => {
    const stop = new AbortController();
    let [pulled, emitted, ahead, misplaced] = [0, 0, 0, 0];
    async function* endless() {
      for (;;) {
        ahead = Math.max(ahead, pulled - emitted);
        yield { sku: `sku-${pulled++}` };
      }
    }
    aws.failEntry = ({ input }, id) =>
      input.Entries[Number(id)].MessageBody.endsWith('7"}') ? { SenderFault: true, Code: 'Refused' } : undefined;
    const sending = sender().sendAll(endless(), {
      signal: stop.signal,
      onResult: (result, { sku }, index) => {
        if (sku !== `sku-${index}` || (!stop.signal.aborted && result.ok === sku.endsWith('7'))) misplaced += 1;
        emitted += 1;
        aws.queue(URL_).length = 0; // the model's memory is not the question
        if (emitted === 10_000) stop.abort(new Error('enough'));
      },
    });
    await expect(sending).rejects.toThrow('enough');
    expect(ahead).toBeLessThanOrEqual(161); // 16 batches under way and one being read
    expect(misplaced).toBe(0);
    expect(emitted).toBeGreaterThanOrEqual(pulled - 1); // all but the one that was being read
  });

  it('tells what became of each although the source throws in the middle', async () => {
    const emitted: Array<[number, string, string | undefined]> = [];
    async function* broken() {
      yield* many(14);
      throw new Error('cursor closed');
    }
    const onResult = (result: SendResult, { sku }: { sku: string }, index: number) =>
      emitted.push([index, sku, result.ok ? 'sent' : (result.error as TwelvefoldError).code]);
    await expect(sender().sendAll(broken(), { onResult })).rejects.toThrow('cursor closed');
    expect(emitted).toHaveLength(14);
    expect(emitted.toSorted(([a], [b]) => a - b)).toEqual(
      many(14).map(({ sku }, n) => [n, sku, n < 10 ? 'sent' : 'MESSAGE_UNSENT']),
    );
    expect(aws.queue(URL_)).toHaveLength(10);
  });

  it('is abandoned while calls are under way: they settle first, nothing is sent after, and each result is reported', async () => {
    const stop = new AbortController();
    const emitted: boolean[] = [];
    aws.before = () => 1_000;
    const sending = sender().sendAll(many(1_000), { signal: stop.signal, onResult: ({ ok }) => emitted.push(ok) });
    await clock.advance(1_500); // 16 calls are through, 16 under way
    const calls = aws.calls.length;
    stop.abort(new Error('stop'));
    await expect(sending).rejects.toThrow('stop');
    await clock.advance(60_000);
    expect(aws.calls).toHaveLength(calls);
    expect(clock.sleepers).toBe(0);
    expect(emitted.filter((ok) => ok)).toHaveLength(aws.queue(URL_).length);
    expect(emitted.filter((ok) => ok)).toHaveLength(160);
  });

  it('rejects with what its listener throws, after what was under way', async () => {
    const onResult = () => {
      throw new Error('listener is broken');
    };
    await expect(sender().sendAll(many(25), { onResult })).rejects.toThrow('listener is broken');
    expect(clock.sleepers).toBe(0);
    expect(await sender().sendAll(many(25), { onResult: () => {} })).toEqual([]);
  });

  it('rejects with the reason when its signal aborts, even while the source hangs', async () => {
    const abort = new AbortController();
    let closed = false;
    const hanging: AsyncIterable<{ sku: string }> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        return: async () => {
          closed = true;
          return { done: true, value: undefined };
        },
      }),
    };
    const sending = sender().sendAll(hanging, { signal: abort.signal });
    await clock.settle();
    abort.abort(new Error('stop'));
    await expect(sending).rejects.toThrow('stop');
    expect(closed).toBe(true);
  });
});
