import { lambda } from 'twelvefold/lambda';
import { greeter } from '../components/greeter.ts';

export const handler = await lambda(greeter);
