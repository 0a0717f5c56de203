import { problem } from 'twelvefold';
import { app } from '../app.ts';

/** POST /?name=Ada asks for a greeting, GET /?name=Ada reads it. */
export const api = app.http(
  { uses: { requests: ['send'], greetings: ['get'] } },
  async (request, { backing, correlationId, signal }) => {
    const name = new URL(request.url).searchParams.get('name');
    if (!name || name.length > 80) return problem({ status: 400, title: 'Give a name of 1 to 80 characters: ?name=' });
    if (request.method === 'POST') {
      await backing.requests.send({ name }, { signal });
      return Response.json({ correlationId }, { status: 202 });
    }
    const greeting = await backing.greetings.get(name, { signal });
    return greeting ? Response.json(greeting) : problem({ status: 404, title: 'Not greeted yet' });
  },
);
