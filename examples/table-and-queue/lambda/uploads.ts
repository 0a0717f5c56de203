import { lambda } from 'twelvefold/lambda';
import { uploads } from '../app.ts';

export const handler = await lambda(uploads);
