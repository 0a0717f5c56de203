import { admin } from 'twelvefold/admin';
import { app } from './app.ts';
import { sum } from './components/sum.ts';
import { ledger } from './ledger.ts';

await admin(app, [sum], process.argv, { resources: [ledger] });
