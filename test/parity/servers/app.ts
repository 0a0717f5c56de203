import { cache, defineApp, defineConfig, env, secret, sessionStore, sql } from 'twelvefold';
import * as z from 'zod/mini';

const Login = z.object({ username: z.string(), password: z.string() });
const config = defineConfig({
  schema: z.object({ database: z.object({ login: secret(Login) }) }),
  sources: [env()],
});

/** An app on a PostgreSQL and a Redis that the suite starts. */
export const app = defineApp({
  name: 'servers',
  config,
  backing: {
    ledger: sql('ledger', { login: config.key('database.login'), timeout: '5s' }),
    prices: cache('prices', { schema: z.object({ cents: z.int() }), ttl: '1m', negative: '1m', timeout: '2s' }),
    visits: sessionStore('visits', { schema: z.object({ count: z.int() }), driver: 'iovalkey' }),
  },
});

const uses = {
  ledger: ['query', 'transaction', 'pool'],
  prices: ['load', 'get', 'set', 'delete'],
  visits: ['create', 'update', 'load', 'end'],
} as const;

type Context = Parameters<Parameters<typeof app.http<typeof uses>>[1]>[1];

const failure = (error: unknown): string => (error as { code?: string }).code ?? String(error);

const ROUTES: Readonly<Record<string, (context: Context) => Promise<unknown>>> = {
  '/ledger': async ({ backing: { ledger } }) => {
    const { rows } = await ledger.query<{ sum: number }>('SELECT $1::int + $2::int AS sum', [2, 3]);
    const committed = await ledger.transaction(async ({ query, attempt }) => {
      await query('CREATE TEMP TABLE entries (id int PRIMARY KEY, cents int NOT NULL) ON COMMIT DROP');
      await query('INSERT INTO entries VALUES (1, 5), (2, 7)');
      // A conflict: the database ends the first attempt.
      if (attempt === 1) await query(`DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`);
      const { rows: found } = await query<{ cents: string }>('SELECT sum(cents)::int AS cents FROM entries');
      return { attempt, cents: found[0]?.cents };
    });
    const refused = await ledger.query('SELECT * FROM missing').catch(failure);
    const nested = await ledger.transaction(() => ledger.query('SELECT 1')).catch(failure);
    const connection = await ledger.pool.connect();
    const pooled = await connection.query<{ one: number }>({ text: 'SELECT 1 AS one' });
    connection.release();
    return { sum: rows[0]?.sum, committed, refused, nested, pooled: pooled.rows };
  },
  '/slow': ({ backing: { ledger } }) => ledger.query('SELECT pg_sleep(60)').catch(failure),
  '/prices': async ({ backing: { prices } }) => {
    const key = crypto.randomUUID();
    const loads: number[] = [];
    const load = async (cents: number) => {
      loads.push(cents);
      return { cents };
    };
    const together = await Promise.all(Array.from({ length: 5 }, () => prices.getOrLoad(key, () => load(5))));
    const confirmed = await prices.set(key, { cents: 6 });
    const found = await prices.get(key);
    const deleted = await prices.delete(key);
    const after = await prices.getOrLoad(key, () => load(7));
    const none = [
      await prices.getOrLoad(`${key}-none`, () => undefined),
      await prices.getOrLoad(`${key}-none`, () => load(8)),
    ];
    return { together, confirmed, found, deleted, after, loads, none: none.map((value) => value ?? null) };
  },
  '/visits': async ({ backing: { visits } }) => {
    const { id } = await visits.create({ count: 0 }, { userId: 'ada' });
    await Promise.all(
      Array.from({ length: 5 }, () =>
        visits.update(id, (draft) => {
          draft.count += 1;
        }),
      ),
    );
    const { session } = await visits.load(id);
    await visits.end(id);
    return { count: session?.data.count, after: (await visits.load(id)).ended?.reason };
  },
};

export const http = app.http({ uses, timeout: '10s' }, async (request, context) => {
  const route = ROUTES[new URL(request.url).pathname];
  return route === undefined ? new Response(null, { status: 404 }) : Response.json(await route(context));
});
