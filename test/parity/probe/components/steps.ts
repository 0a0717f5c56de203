import { app } from '../app.ts';

/** Appends each step of a lane to the lane's row: their order is the order of handling. */
export const steps = app.consumer(
  'steps',
  { uses: { config: ['limits', 'vault'], rows: ['read', 'write'] }, concurrency: 5 },
  async ({ lane, step, failOnce }, { backing, message, signal }) => {
    if (failOnce && message.receiveCount === 1) throw new Error('once');
    const row = await backing.rows.get(lane, { consistent: true, signal });
    await backing.rows.update(lane, { set: { steps: [...(row?.steps ?? []), step] } }, { signal });
  },
);
