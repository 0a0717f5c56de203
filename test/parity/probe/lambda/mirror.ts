import { lambda } from 'twelvefold/lambda';
import { mirror } from '../components/mirror.ts';

export const handler = await lambda(mirror);
