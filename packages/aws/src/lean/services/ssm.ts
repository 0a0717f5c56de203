import { fromEpoch } from './from-epoch.ts';
import { jsonService } from './json-protocol.ts';

const parameters = (output: { Parameters?: Array<{ LastModifiedDate?: unknown }> }) => {
  for (const parameter of output.Parameters ?? []) fromEpoch(parameter, 'LastModifiedDate');
  return output;
};

/** Parameter Store by AWS JSON 1.1. */
export const ssm = jsonService({
  target: 'AmazonSSM',
  version: '1.1',
  decode: { GetParameters: parameters, GetParametersByPath: parameters },
});
