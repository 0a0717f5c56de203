import { defineApp, defineConfig, env, parameterStore, problem, secret } from 'twelvefold';
import { en } from 'zod/locales';
import * as z from 'zod/mini';

// The reasons in a 400: zod's small build comes without texts.
z.config(en());

export const app = defineApp({
  name: 'jobs',
  config: defineConfig({
    // A SecureString: /jobs/{stage}/db/url
    schema: z.object({ db: z.object({ url: secret(z.url(), { parameter: true }) }) }),
    sources: [env(), parameterStore()],
  }),
});

const Job = z.strictObject({ id: z.string().check(z.minLength(1), z.maxLength(64)) });

/** Takes a job. The config was loaded and checked before the first request. */
export const api = app.http({ uses: { config: ['db.url'] } }, async (request, { config, logger }) => {
  const job = Job.safeParse(await request.json().catch(() => undefined));
  if (!job.success) {
    const errors = job.error.issues.map(({ path, message }) => ({ field: path.join('.'), reason: message }));
    return problem({ status: 400, title: 'Not a job', errors });
  }
  // The only place where the value leaves its wrapper; neither answer nor log has it.
  const { hostname } = new URL(config.db.url.reveal());
  logger.info('job processed', { job_id: job.data.id, database: hostname });
  return Response.json({ id: job.data.id, status: 'processed' });
});
