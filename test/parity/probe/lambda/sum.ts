import { lambda } from 'twelvefold/lambda';
import { sum } from '../components/sum.ts';

export const handler = await lambda(sum);
