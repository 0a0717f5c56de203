import { describe, expect, it } from 'vitest';
import { currentScope, runInScope, scopeKey } from './index.ts';
import { correlationIdFrom } from './internal.ts';
import { openScope } from './scope.ts';

const task = { kind: 'task' as const, component: 'report' };

describe('runInScope', () => {
  it('gives each of many overlapping scopes its own slots, across awaits', async () => {
    const key = scopeKey<number>('n');
    const seen = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        runInScope(task, async (scope) => {
          scope.set(key, n);
          for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
          return currentScope()?.get(key);
        }),
      ),
    );
    expect(seen).toEqual(Array.from({ length: 50 }, (_, n) => n));
    expect(currentScope()).toBeUndefined();
  });

  it('hides the outer slots from a nested scope and brings them back after it', async () => {
    const key = scopeKey<string>('who');
    await runInScope(task, async (outer) => {
      outer.set(key, 'outer');
      await runInScope(task, () => expect(currentScope()?.get(key)).toBeUndefined());
      expect(currentScope()?.get(key)).toBe('outer');
    });
  });

  it('keeps two keys of one name apart', async () => {
    const [a, b] = [scopeKey<number>('x'), scopeKey<number>('x')];
    await runInScope(task, (scope) => {
      scope.set(a, 1);
      expect(scope.get(b)).toBeUndefined();
    });
  });

  it('makes its signal once, at the first read, and no id before that', async () => {
    let made = 0;
    const signal = () => {
      made += 1;
      return new AbortController().signal;
    };
    await runInScope({ ...task, signal }, (scope) => {
      expect(made).toBe(0);
      expect(scope.signal).toBe(scope.signal);
      expect(scope.correlationId).toBe(scope.correlationId);
      expect(scope.trace).toBe(scope.trace);
    });
    expect(made).toBe(1);
  });

  it('runs endings in reverse, before it settles, whether the work failed or not', async () => {
    const ran: string[] = [];
    const work = (fail: boolean) =>
      runInScope(task, (scope) => {
        scope.onEnd(() => void ran.push('first'));
        scope.onEnd(async () => {
          await new Promise(setImmediate);
          ran.push('second');
        });
        if (fail) throw new Error('work');
      });
    await work(false);
    await expect(work(true)).rejects.toThrow('work');
    expect(ran).toEqual(['second', 'first', 'second', 'first']);
  });

  it('tells its endings whether the work failed', async () => {
    const failed: unknown[] = [];
    const work = (fail: boolean) =>
      runInScope(task, (scope) => {
        failed.push(scope.failed);
        scope.onEnd(() => void failed.push(scope.failed));
        if (fail) throw new Error('work');
      });
    await work(false);
    await expect(work(true)).rejects.toThrow('work');
    expect(failed).toEqual([false, false, false, true]);
  });

  it('runs an ending soon when the scope has ended, and one that an ending registers', async () => {
    const ran: string[] = [];
    const scope = await runInScope(task, (running) => {
      running.onEnd(() => running.onEnd(() => void ran.push('nested')));
      return running;
    });
    expect(ran).toEqual(['nested']);
    scope.onEnd(() => void ran.push('late'));
    expect(ran).toEqual(['nested']);
    await Promise.resolve();
    expect(ran).toEqual(['nested', 'late']);
  });

  it("prefers the work's own error and reports an ending's error otherwise", async () => {
    const ending = () => Promise.reject(new Error('ending'));
    const both = runInScope(task, (scope) => {
      scope.onEnd(ending);
      throw new Error('work');
    });
    await expect(both).rejects.toThrow('work');
    const alone = runInScope(task, (scope) => scope.onEnd(ending)).catch((error: unknown) => error);
    expect(((await alone) as AggregateError).errors).toMatchObject([{ message: 'ending' }]);
  });
});

describe('correlationIdFrom', () => {
  it.each(['a', 'req-1.2_3:4=5@6/7+8', 'x'.repeat(128)])('accepts %s', (id) => expect(correlationIdFrom(id)).toBe(id));
  it.each([undefined, '', 'x'.repeat(129), 'a b', 'a\nb', '{"$gt":1}', 'ä'])('replaces %j', (id) => {
    expect(correlationIdFrom(id)).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('trace headers from outside', () => {
  it.each([
    [
      'X-Ray, as a load balancer adds to it',
      'Self=1-67891234-12456789abcdef012345678;Root=1-67891233-abcdef012345678912345678',
      true,
    ],
    [
      'X-Ray with everything',
      'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a87bd80c:1|x',
      false,
    ],
    [
      'X-Ray with a lineage',
      'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:0',
      true,
    ],
    ['no root', 'Parent=53995c3f42cd8ad8', false],
    ['anything else', 'garbage', false],
    ['a very long one', `Root=1-5759e988-bd862e3fe1be46a994272793;X=${'x'.repeat(512)}`, false],
  ])('carries on a well-formed X-Ray header only: %s', async (_what, xray, carried) => {
    await runInScope({ kind: 'http', component: 'api', trace: { xray } }, ({ trace }) =>
      expect(trace).toEqual(carried ? { xray } : {}),
    );
  });

  it.each([
    ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', true],
    ['01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more', true],
    ['ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', false],
    ['x'.repeat(9_000), false],
    ['', false],
  ])('carries on a well-formed traceparent only: %.60s', async (traceparent, carried) => {
    await runInScope({ kind: 'http', component: 'api', trace: { traceparent } }, ({ trace }) =>
      expect(trace).toEqual(carried ? { traceparent } : {}),
    );
  });
});

describe('openScope', () => {
  it('is the current scope inside of run, and nowhere else', async () => {
    const scope = openScope(task);
    const seen = await scope.run(async (n: number) => {
      await Promise.resolve();
      return [n, currentScope()];
    }, 7);
    expect(seen).toEqual([7, scope]);
    expect(currentScope()).toBeUndefined();
    expect(scope.close()).toBeUndefined();
  });

  it('closes after its callbacks, inside of the scope, and rejects with their errors', async () => {
    const scope = openScope(task);
    const seen: unknown[] = [];
    scope.onEnd(() => void seen.push(currentScope()));
    scope.onEnd(() => {
      throw new Error('no disk');
    });
    await expect(scope.close()).rejects.toThrow(AggregateError);
    expect(seen).toEqual([scope]);
    expect(scope.failed).toBe(true);
  });
});
