import type { ContextFor } from 'twelvefold';
import { TwelvefoldError } from 'twelvefold';
import type { app } from '../app.ts';

/** The resources of the routes below. */
export const stateUses = {
  parcels: ['read', 'write'],
  locks: ['hold', 'inspect'],
} as const;

type StateContext = ContextFor<typeof app, typeof stateUses>;

const failure = (error: unknown): string => (error as { code?: string }).code ?? String(error);

/** Uses of tables and locks, one route each. */
export const STATE_ROUTES: Readonly<
  Record<string, (request: Request, ctx: StateContext, url: URL) => Promise<Response>>
> = {
  '/state/parcels': async (_request, { backing: { parcels }, signal }, url) => {
    const depot = url.searchParams.get('depot') ?? '';
    const parcel = (id: number) => ({
      depot,
      id: `p${id}`,
      grams: id * 100,
      ...(id % 2 === 0 ? { driver: `driver-${depot}`, leavesAt: `2026-12-0${9 - id}` } : {}),
    });
    await parcels.writeMany({ put: [1, 2, 3, 4, 5, 6].map(parcel) }, { signal });
    const missing = { depot, id: 'none' };
    const found = await parcels.getMany([{ depot, id: 'p2' }, missing], {
      consistent: true,
      select: ['grams'],
      signal,
    });
    const heavy = { filter: { where: { grams: { gte: 300 } } }, consistent: true, limit: 2, signal } as const;
    const first = await parcels.query(depot, heavy).page();
    const second = await parcels.query(depot, { ...heavy, cursor: first.cursor }).page();
    const byDriver = await parcels.byDriver.query(`driver-${depot}`, { range: { lt: '2026-12-06' }, signal }).page();
    const foreign = await parcels.query('elsewhere', { cursor: first.cursor, signal }).page().catch(failure);
    const load = [parcels.updateOperation({ depot, id: 'p1' }, { add: { grams: 1 } })];
    await parcels.transact(load, { token: `load-${depot}`, signal });
    await parcels.transact(load, { token: `load-${depot}`, signal });
    const refused = await parcels
      .delete({ depot, id: 'p1' }, { condition: { where: { grams: { gt: 101 } } }, signal })
      .catch(failure);
    return Response.json({
      found: found.map((row) => row ?? null),
      pages: [first, second].map(({ rows }) => rows.map(({ id }) => id)),
      byDriver: byDriver.rows.map(({ id }) => id),
      foreign,
      loaded: (await parcels.get({ depot, id: 'p1' }, { consistent: true, signal }))?.grams,
      refused,
    });
  },
  '/state/locks': async (_request, { backing: { locks }, signal }, url) => {
    const name = url.searchParams.get('name') ?? '';
    const first = await locks.acquire(name, { signal });
    const second = await locks.acquire(name, { signal }).catch(failure);
    const holder = (await locks.inspect(name, { signal }))?.holder?.component;
    await first.renew({ signal });
    await first.release({ signal });
    const third = await locks.withLock(name, async ({ token }) => token, { signal });
    const failed = await locks
      .withLock(name, () => Promise.reject(new TwelvefoldError('ROW_INVALID', 'the work failed')), { signal })
      .catch(failure);
    return Response.json({ tokens: [first.token, third], second, holder, failed, after: await locks.inspect(name) });
  },
};
