import { lambda } from 'twelvefold/lambda';
import { steps } from '../components/steps.ts';
import { ledger } from '../ledger.ts';

export const handler = await lambda(steps, { resources: [ledger] });
