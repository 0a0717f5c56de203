import { lambda } from 'twelvefold/lambda';
import { api } from '../app.ts';

export const handler = await lambda(api);
