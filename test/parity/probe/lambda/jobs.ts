import { lambda } from 'twelvefold/lambda';
import { jobs } from '../components/jobs.ts';
import { ledger } from '../ledger.ts';

export const handler = await lambda(jobs, { resources: [ledger] });
