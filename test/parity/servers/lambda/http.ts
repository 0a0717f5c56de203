import { lambda } from 'twelvefold/lambda';
import { http } from '../app.ts';

export const handler = await lambda(http);
