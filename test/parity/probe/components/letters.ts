import { app } from '../app.ts';

/**
 * Consumes a source of a kind that only this test has: the letter's type comes from its definition.
 */
export const letters = app.consumer(
  'letters',
  { uses: { rows: ['update'] } },
  async ({ id, text }, { backing, signal }) => {
    await backing.rows.update(id, { add: { effects: 1 }, set: { correlationId: text.toUpperCase() } }, { signal });
  },
);
