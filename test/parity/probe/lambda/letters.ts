import { lambda } from 'twelvefold/lambda';
import { letters } from '../components/letters.ts';

export const handler = await lambda(letters);
