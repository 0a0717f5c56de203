import pg from 'pg';
import { contest } from '../support/contest.ts';
import { readRow, seedRows } from '../support/sql-work.ts';

const [port = '', password = '', work = 'statement', times = '1000'] = process.argv.slice(2);
const pool = new pg.Pool({ host: 'localhost', port: Number(port), database: 'postgres', user: 'postgres', password });
await seedRows((text) => pool.query(text));
await contest(Number(times), async (count) => {
  for (let time = 0; time < count; time += 1) {
    if (work === 'statement') {
      await readRow((text, values) => pool.query(text, values));
      continue;
    }
    const client = await pool.connect();
    await client.query('BEGIN');
    await readRow((text, values) => client.query(text, values));
    await readRow((text, values) => client.query(text, values));
    await client.query('COMMIT');
    client.release();
  }
});
