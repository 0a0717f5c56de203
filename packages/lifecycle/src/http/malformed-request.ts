import { problem } from './problem.ts';

/** The answer to a request that cannot be read at all: the same on every host. */
export function malformedRequest(): Response {
  return problem({
    status: 400,
    title: 'Bad Request',
    detail: 'The request target, the Host header or another header is malformed',
  });
}
