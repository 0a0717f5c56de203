import { encodeUri } from '../signing/canonical-uri.ts';
import type { LeanService } from './lean-service.ts';

interface Invoke {
  FunctionName: string;
  InvocationType?: string;
  Payload?: string;
}

interface Failure {
  Message?: string;
  message?: string;
}

/** Lambda's Invoke, by REST and JSON. */
export const lambda: LeanService = {
  headers: (_operation, input) => {
    const { InvocationType } = input as Invoke; // by the port's types
    return {
      'content-type': 'application/octet-stream',
      ...(InvocationType === undefined ? {} : { 'x-amz-invocation-type': InvocationType }),
    };
  },
  path: (_operation, input) => `/2015-03-31/functions/${encodeUri((input as Invoke).FunctionName)}/invocations`,
  encode: (_operation, input) => (input as Invoke).Payload ?? '',
  // The answer to an asynchronous invocation has no body, which the SDK gives as null.
  decode: (_operation, _body, status) => ({ StatusCode: status, Payload: null }),
  decodeError: (text, headers) => {
    const body = (text === '' ? {} : JSON.parse(text)) as Failure; // every member is looked for
    return {
      code: headers['x-amzn-errortype']?.split(':')[0]?.split('#').at(-1),
      message: body.Message ?? body.message,
    };
  },
};
