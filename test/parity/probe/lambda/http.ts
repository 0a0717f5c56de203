import { lambda } from 'twelvefold/lambda';
import { http } from '../components/http.ts';

export const handler = await lambda(http);
