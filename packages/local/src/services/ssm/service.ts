import type { ServiceModule } from '../../core/service.ts';
import { addTagsToResource } from './actions/add-tags-to-resource.ts';
import { deleteParameter } from './actions/delete-parameter.ts';
import { deleteParameters } from './actions/delete-parameters.ts';
import { describeParameters } from './actions/describe-parameters.ts';
import { getParameter } from './actions/get-parameter.ts';
import { getParameterHistory } from './actions/get-parameter-history.ts';
import { getParameters } from './actions/get-parameters.ts';
import { getParametersByPath } from './actions/get-parameters-by-path.ts';
import { labelParameterVersion } from './actions/label-parameter-version.ts';
import { listTagsForResource } from './actions/list-tags-for-resource.ts';
import { putParameter } from './actions/put-parameter.ts';
import { removeTagsFromResource } from './actions/remove-tags-from-resource.ts';
import { deleteResourcePolicy, getResourcePolicies, putResourcePolicy } from './actions/resource-policies.ts';
import { unlabelParameterVersion } from './actions/unlabel-parameter-version.ts';

/** Systems Manager, of which Parameter Store. */
export const ssm: ServiceModule = {
  name: 'ssm',
  json: { targetPrefix: 'AmazonSSM', version: '1.1' },
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
