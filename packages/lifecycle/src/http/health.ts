import type { Lifecycle } from '../lifecycle.ts';

/**
 * Answers `/health`, `/health/live` and `/health/ready`, or `undefined` for any other path. Live:
 * 200 until stopped. Ready: 200 only between start and drain and while every resource's check
 * passes; else 503 with the reasons. `/health` always answers 200, for people: the phase, every
 * check, and how each resource is doing.
 */
export function healthResponse(path: string, lifecycle: Lifecycle): Promise<Response> | undefined {
  switch (path) {
    case '/health/live':
      return Promise.resolve(json(lifecycle.phase === 'stopped' ? 503 : 200, { phase: lifecycle.phase }));
    case '/health':
      return lifecycle.health().then((resources) => json(200, { phase: lifecycle.phase, resources }));
    case '/health/ready':
      return ready(lifecycle);
    default:
      return undefined;
  }
}

async function ready(lifecycle: Lifecycle): Promise<Response> {
  if (lifecycle.phase !== 'ready') return json(503, { phase: lifecycle.phase });
  const resources = await lifecycle.health();
  return json(resources.every(({ ok }) => ok) ? 200 : 503, { phase: lifecycle.phase, resources });
}

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  });
}
