import type { ServiceModule } from '../../core/service.ts';
import type { InvokeAnswer } from './invoke.ts';
import { invoke } from './invoke.ts';
import { addPermission, getPolicy, removePermission } from './permissions.ts';

const PATH = /^\/2015-03-31\/functions\/([^/]+)\/(invocations|policy)(?:\/([^/]+))?\/?$/;

/** By method and the path's last fixed part. */
const OPERATIONS: Readonly<Record<string, string>> = {
  'POST invocations': 'Invoke',
  'POST policy': 'AddPermission',
  'GET policy': 'GetPolicy',
  'DELETE policy STATEMENT': 'RemovePermission',
};

/** Lambda's Invoke, of the functions that are registered with the endpoint, and their policies. */
export const lambda: ServiceModule = {
  name: 'lambda',
  throttled: { code: 'TooManyRequestsException', message: 'Rate Exceeded.', status: 429 },
  rest: {
    route: (http) => {
      const [, name, part, statementId] = PATH.exec(http.path) ?? [];
      const operation = OPERATIONS[`${http.method} ${part}${statementId === undefined ? '' : ' STATEMENT'}`];
      return operation === undefined ? undefined : { operation, input: () => ({ name, statementId, http }) };
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
  actions: {
    AddPermission: addPermission,
    GetPolicy: getPolicy,
    Invoke: invoke,
    RemovePermission: removePermission,
  },
};
