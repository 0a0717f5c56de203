import type { Input, Operations } from './operation.ts';
import { named, text } from './operation.ts';

/** Source: the page of CloudFormation in the Service Authorization Reference. */
const keys = {
  keys: (input: Input) => ({
    'cloudformation:ChangeSetName': text(input.ChangeSetName),
    'cloudformation:RoleArn': text(input.RoleARN),
    'cloudformation:TemplateUrl': text(input.TemplateURL),
  }),
};

const withRole = (name: string): Operations => ({
  [name]: { actions: [`cloudformation:${name}`, 'iam:PassRole'], ...keys },
});

export const CLOUDFORMATION: Operations = {
  ...named(
    'cloudformation',
    [
      ...['DeleteChangeSet', 'DescribeChangeSet', 'DescribeEvents', 'DescribeStackEvents', 'DescribeStackResource'],
      ...['DescribeStackResources', 'DescribeStacks', 'ExecuteChangeSet', 'GetTemplate', 'GetTemplateSummary'],
      ...['ListChangeSets', 'ListStackResources', 'UpdateTerminationProtection'],
    ],
    keys,
  ),
  ...named('cloudformation', ['ListExports', 'ListImports', 'ListStacks', 'ValidateTemplate'], {
    ...keys,
    unnamed: true,
  }),
  ...withRole('ContinueUpdateRollback'),
  ...withRole('CreateChangeSet'),
  ...withRole('CreateStack'),
  ...withRole('DeleteStack'),
  ...withRole('RollbackStack'),
  ...withRole('UpdateStack'),
};
