import type { FunctionRegistry } from './function-registry.ts';

/** The endpoints of this process, by their ports: a launcher that is given an endpoint's URL finds its functions there. */
const running = new Map<number, FunctionRegistry>();

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Makes an endpoint's functions known until what it returns is called. */
export function announceEndpoint(port: number, functions: FunctionRegistry): () => void {
  running.set(port, functions);
  return () => {
    if (running.get(port) === functions) running.delete(port);
  };
}

/** The functions of the endpoint at `url` (or `'aws'`), if it is in this process. */
export function functionsOf(url: string): Pick<FunctionRegistry, 'register'> | undefined {
  const parsed = URL.parse(url);
  return parsed !== null && LOOPBACK.test(parsed.hostname) ? running.get(Number(parsed.port)) : undefined;
}
