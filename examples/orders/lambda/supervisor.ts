import { supervisor } from 'twelvefold/supervisor';
import { app } from '../app.ts';
import { recalculateTotals } from '../components/recalculate-totals.ts';

export const handler = await supervisor(app, [recalculateTotals]);
