import { app } from '../app.ts';
import { apiUses } from '../http/api-context.ts';
import { router } from '../http/router.ts';

export const api = app.http({ uses: apiUses }, (request, ctx) => router.fetch(request, ctx));
