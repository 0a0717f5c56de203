import { lambda } from 'twelvefold/lambda';
import { jobs } from '../components/jobs.ts';

export const handler = await lambda(jobs);
