import { lambda } from 'twelvefold/lambda';
import { countTotals } from '../app.js';

export const handler = await lambda(countTotals);
