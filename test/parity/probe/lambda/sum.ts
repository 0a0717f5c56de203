import { lambda } from 'twelvefold/lambda';
import { sum } from '../components/sum.ts';
import { ledger } from '../ledger.ts';

export const handler = await lambda(sum, { resources: [ledger] });
