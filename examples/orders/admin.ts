import { admin } from 'twelvefold/admin';
import { app } from './app.ts';
import { recalculateTotals } from './components/recalculate-totals.ts';

await admin(app, [recalculateTotals], process.argv);
