import type { ServiceModule } from '../../core/service.ts';
import type { InvokeAnswer } from './invoke.ts';
import { invoke } from './invoke.ts';

const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/;

/** Lambda's Invoke, of the functions that are registered with the endpoint. */
export const lambda: ServiceModule = {
  name: 'lambda',
  throttled: { code: 'TooManyRequestsException', message: 'Rate Exceeded.', status: 429 },
  rest: {
    route: (http) => {
      const name = http.method === 'POST' ? INVOKE.exec(http.path)?.[1] : undefined;
      return name === undefined ? undefined : { operation: 'Invoke', input: () => ({ name, http }) };
    },
    answer: (output, requestId) => {
      const { status, headers = {}, body = '' } = output as InvokeAnswer; // what invoke gives
      return {
        status,
        headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId, ...headers },
        body,
      };
    },
    refuse: ({ status, code, message }, requestId) => ({
      status,
      headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId, 'x-amzn-errortype': code },
      body: JSON.stringify({ Type: status < 500 ? 'User' : 'Service', Message: message }),
    }),
  },
  actions: { Invoke: invoke },
};
