import type { Accesses, AwsService } from './aws-service.ts';
import { fromEpoch } from './from-epoch.ts';
import { jsonProtocol } from './json-protocol.ts';

const parameters = (output: { Parameters?: Array<{ LastModifiedDate?: unknown }> }) => {
  for (const parameter of output.Parameters ?? []) fromEpoch(parameter, 'LastModifiedDate');
  return output;
};

/** Systems Manager, of which Parameter Store is a part. */
export const ssm: AwsService<'ssm'> = {
  name: 'ssm',
  endpointVariable: 'AWS_ENDPOINT_URL_SSM',
  operations: {
    GetParameters: 'read',
    GetParametersByPath: 'read',
    PutParameter: 'write',
    LabelParameterVersion: 'write',
  } satisfies Accesses<'ssm'>,
  protocol: jsonProtocol({
    target: 'AmazonSSM',
    version: '1.1',
    decode: { GetParameters: parameters, GetParametersByPath: parameters },
  }),
  loadSdk: async ({ open, missing }) => {
    try {
      return open(await import('@aws-sdk/client-ssm'), 'SSMClient');
    } catch (error) {
      throw missing(error);
    }
  },
};
