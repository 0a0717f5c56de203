import { supervisor } from 'twelvefold/supervisor';
import { app, slow } from '../app.ts';

export const handler = await supervisor(app, [slow]);
