/**
 * A function as the services here see it: it takes an event and gives its result, or rejects with
 * its error.
 */
export type InvokableFunction = (event: unknown, options?: InvokeContext) => Promise<unknown>;

export interface InvokeContext {
  /** `X-Amzn-Trace-Id` of the invocation. @defaultValue a new one */
  readonly traceId?: string | undefined;
}

/**
 * The functions that services can invoke: SNS delivers to them, Secrets Manager rotates by them.
 */
export interface FunctionRegistry {
  /**
   * Makes a function invocable under its ARN, in place of an earlier one; returns what takes it
   * away again.
   */
  register(arn: string, invoke: InvokableFunction): () => void;
  has(arn: string): boolean;
  /**
   * Resolves with the function's result.
   *
   * @throws the function's error; Error when no function has this ARN.
   */
  invoke(arn: string, event: unknown, options?: InvokeContext): Promise<unknown>;
}

const UNQUALIFIED = /^arn:[^:]+:lambda:[^:]*:[^:]*:function:[^:]+/;

/**
 * An empty registry. A version or an alias behind an ARN (`...:function:NAME:live`) means the
 * function itself unless registered apart.
 */
export function createFunctionRegistry(): FunctionRegistry {
  const functions = new Map<string, InvokableFunction>();
  const find = (arn: string) => functions.get(arn) ?? functions.get(UNQUALIFIED.exec(arn)?.[0] ?? arn);
  return {
    register: (arn, invoke) => {
      functions.set(arn, invoke);
      return () => {
        if (functions.get(arn) === invoke) functions.delete(arn);
      };
    },
    has: (arn) => find(arn) !== undefined,
    invoke: async (arn, event, options) => {
      const invoke = find(arn);
      if (invoke === undefined) throw new Error(`Cannot invoke ${arn}: no function is registered under this ARN`);
      return invoke(event, options);
    },
  };
}

/**
 * The endpoints of this process, by their ports: a launcher that is given an endpoint's URL finds
 * its functions there.
 */
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
