interface Answer {
  readonly rows: readonly unknown[];
}

/** A table of 1,000 orders, made once for all contestants. */
export async function seedRows(query: (text: string) => Promise<unknown>): Promise<void> {
  await query('CREATE TABLE IF NOT EXISTS orders (id int PRIMARY KEY, sku text NOT NULL, total int NOT NULL)');
  await query("INSERT INTO orders SELECT n, 'sku-' || n, n FROM generate_series(1, 1000) AS n ON CONFLICT DO NOTHING");
}

/** Reads one row by its key, as most statements of a request do. */
export async function readRow(query: (text: string, values: unknown[]) => Promise<Answer>): Promise<void> {
  const { rows } = await query('SELECT id, sku, total FROM orders WHERE id = $1', [500]);
  if (rows.length !== 1) throw new Error('Cannot measure: the row was not read');
}
