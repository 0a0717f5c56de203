import type { ServiceModule } from '../../core/service.ts';
import { labelParameterVersion, unlabelParameterVersion } from './labels.ts';
import {
  deleteParameter,
  deleteParameters,
  describeParameters,
  getParameter,
  getParameterHistory,
  getParameters,
  getParametersByPath,
  putParameter,
} from './parameters.ts';
import { deleteResourcePolicy, getResourcePolicies, putResourcePolicy } from './resource-policies.ts';
import { addTagsToResource, listTagsForResource, removeTagsFromResource } from './tags.ts';

/** Systems Manager, of which Parameter Store. */
export const ssm: ServiceModule = {
  name: 'ssm',
  json: { targetPrefix: 'AmazonSSM', version: '1.1' },
  refused: {
    DeleteResourcePolicy: ['DeletionMode'],
  },
  actions: {
    AddTagsToResource: addTagsToResource,
    DeleteResourcePolicy: deleteResourcePolicy,
    GetResourcePolicies: getResourcePolicies,
    PutResourcePolicy: putResourcePolicy,
    DeleteParameter: deleteParameter,
    DeleteParameters: deleteParameters,
    DescribeParameters: describeParameters,
    GetParameter: getParameter,
    GetParameterHistory: getParameterHistory,
    GetParameters: getParameters,
    GetParametersByPath: getParametersByPath,
    LabelParameterVersion: labelParameterVersion,
    ListTagsForResource: listTagsForResource,
    PutParameter: putParameter,
    RemoveTagsFromResource: removeTagsFromResource,
    UnlabelParameterVersion: unlabelParameterVersion,
  },
};
