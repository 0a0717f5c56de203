import { lambda } from 'twelvefold/lambda';
import { slow } from '../app.ts';

export const handler = await lambda(slow);
