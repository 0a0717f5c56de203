import { lambda } from 'twelvefold/lambda';
import { recalculateTotals } from '../components/recalculate-totals.ts';

export const handler = await lambda(recalculateTotals);
