const NAME = 'ClientGoneError';

/** The reason that a request's signal aborts with when whoever asked has hung up. */
export function clientGone(): Error {
  const error = new Error('The client went away');
  error.name = NAME;
  return error;
}

export function isClientGone(reason: unknown): boolean {
  return reason instanceof Error && reason.name === NAME;
}
