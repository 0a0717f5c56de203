import { encodeUri } from '../lean/signing/canonical-uri.ts';
import type { Accesses, AwsService, Protocol } from './aws-service.ts';

interface Invoke {
  FunctionName: string;
  InvocationType?: string;
  Payload?: string;
}

interface Failure {
  Message?: string;
  message?: string;
}

/** Invoke, by REST and JSON. */
const protocol: Protocol = {
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

/** Lambda. */
export const lambda: AwsService<'lambda'> = {
  name: 'lambda',
  endpointVariable: 'AWS_ENDPOINT_URL_LAMBDA',
  operations: { Invoke: 'write' } satisfies Accesses<'lambda'>,
  protocol,
  loadSdk: async ({ open, missing }) => {
    try {
      return open(await import('@aws-sdk/client-lambda'), 'LambdaClient');
    } catch (error) {
      throw missing(error);
    }
  },
};
