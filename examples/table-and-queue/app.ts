import { defineApp, problem, queue, table } from 'twelvefold';
import * as z from 'zod/mini';

const Id = z.uuid();
const Upload = z.strictObject({ id: Id, bytes: z.int().check(z.gte(0)) });
const Row = z.object({ id: Id, bytes: z.int(), expiresAt: z.int() });

const KEPT_SECONDS = 30 * 24 * 60 * 60;

export const app = defineApp({
  name: 'uploads',
  backing: {
    // With a dead-letter queue: what fails five times is kept apart.
    uploads: queue('uploads', { schema: Upload, deadLetter: { maxReceives: 5 } }),
    rows: table('rows', { schema: Row, key: 'id', ttl: 'expiresAt' }),
  },
});

/** May send and get, and nothing else: so does its role. */
export const api = app.http(
  { uses: { uploads: ['send'], rows: ['get'] } },
  async (request, { backing, correlationId, signal }) => {
    if (request.method === 'POST') {
      const upload = Upload.safeParse(await request.json().catch(() => undefined));
      if (!upload.success) return problem({ status: 400, title: 'Not an upload: id (UUID) and bytes' });
      await backing.uploads.send(upload.data, { signal });
      return Response.json({ correlationId }, { status: 202 });
    }
    const id = Id.safeParse(new URL(request.url).pathname.slice(1));
    const row = id.success ? await backing.rows.get(id.data, { signal }) : undefined;
    return row ? Response.json(row) : problem({ status: 404, title: 'No such upload' });
  },
);

/** Returning deletes the message. One that comes again writes the same row. */
export const uploads = app.consumer('uploads', { uses: { rows: ['put'] } }, async (upload, { backing, signal }) => {
  const expiresAt = Math.floor(Date.now() / 1000) + KEPT_SECONDS;
  await backing.rows.put({ ...upload, expiresAt }, { signal });
});
