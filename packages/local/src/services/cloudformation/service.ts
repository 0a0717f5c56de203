import type { Action, ServiceModule } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import {
  createChangeSet,
  deleteChangeSet,
  describeChangeSet,
  executeChangeSet,
  listChangeSets,
} from './change-sets.ts';
import { listExports, listImports } from './exports.ts';
import {
  describeEvents,
  describeStackEvents,
  describeStackResource,
  describeStackResources,
  listStackResources,
} from './resources.ts';
import { continueUpdateRollback, rollbackStack } from './rollback.ts';
import {
  createStack,
  deleteStack,
  describeStacks,
  listStacks,
  updateStack,
  updateTerminationProtection,
} from './stacks.ts';
import { getTemplate, getTemplateSummary, validateTemplate } from './templates.ts';

/** Query services call a refused member `ValidationError`, not `ValidationException`. */
const act =
  (action: Action): Action =>
  async (input, context) => {
    try {
      return await action(input, context);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      if (error.code !== 'ValidationException' && error.code !== 'SerializationException') throw error;
      throw new ServiceError('ValidationError', error.message);
    }
  };

const acting = (actions: Readonly<Record<string, Action>>) =>
  Object.fromEntries(Object.entries(actions).map(([name, action]) => [name, act(action)]));

/** Stacks of the resources that the provisioner makes, by the calls that an app would make. */
export const cloudformation: ServiceModule = {
  name: 'cloudformation',
  throttled: { code: 'Throttling', message: 'Rate exceeded' },
  query: {
    xmlns: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
    integers: ['TimeoutInMinutes', 'MonitoringTimeInMinutes'],
    booleans: [
      'DisableRollback',
      'EnableTerminationProtection',
      'FailedEvents',
      'ImportExistingResources',
      'IncludeNestedStacks',
      'IncludePropertyValues',
      'RetainExceptOnCreate',
      'UsePreviousTemplate',
      'UsePreviousValue',
    ],
    times: ['CreationTime', 'DeletionTime', 'LastUpdatedTime', 'LastUpdatedTimestamp', 'Timestamp'],
  },
  refused: {
    ContinueUpdateRollback: ['ForceRollback'],
    CreateChangeSet: ['DeploymentMode', 'ResourcesToImport'],
    CreateStack: ['StackPolicyBody', 'StackPolicyURL'],
    GetTemplateSummary: ['CallAs', 'StackSetName'],
    UpdateStack: ['StackPolicyBody', 'StackPolicyDuringUpdateBody', 'StackPolicyDuringUpdateURL', 'StackPolicyURL'],
  },
  actions: acting({
    ContinueUpdateRollback: continueUpdateRollback,
    CreateChangeSet: createChangeSet,
    CreateStack: createStack,
    DeleteChangeSet: deleteChangeSet,
    DeleteStack: deleteStack,
    DescribeChangeSet: describeChangeSet,
    DescribeEvents: describeEvents,
    DescribeStackEvents: describeStackEvents,
    DescribeStackResource: describeStackResource,
    DescribeStackResources: describeStackResources,
    DescribeStacks: describeStacks,
    ExecuteChangeSet: executeChangeSet,
    GetTemplate: getTemplate,
    GetTemplateSummary: getTemplateSummary,
    ListChangeSets: listChangeSets,
    ListExports: listExports,
    ListImports: listImports,
    ListStackResources: listStackResources,
    ListStacks: listStacks,
    RollbackStack: rollbackStack,
    UpdateStack: updateStack,
    UpdateTerminationProtection: updateTerminationProtection,
    ValidateTemplate: validateTemplate,
  }),
};
