import { lambda } from 'twelvefold/lambda';
import { steps } from '../components/steps.ts';

export const handler = await lambda(steps);
