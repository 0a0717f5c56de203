import { lambda } from 'twelvefold/lambda';
import { mirror } from '../components/mirror.ts';
import { ledger } from '../ledger.ts';

export const handler = await lambda(mirror, { resources: [ledger] });
