import { lambda } from 'twelvefold/lambda';
import { api } from '../components/api.ts';

export const handler = await lambda(api);
