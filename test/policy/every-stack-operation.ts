/** Nothing of it is made: the operations alone are of interest. */
export const TEMPLATE = JSON.stringify({ Resources: { Listed: { Type: 'AWS::CloudWatch::Alarm' } } });

/**
 * A call of every operation of CloudFormation, on the stack `stack` with the change set `change`.
 */
export const STACK_CALLS: Readonly<Record<string, object>> = {
  ContinueUpdateRollback: { StackName: 'stack' },
  CreateChangeSet: { StackName: 'stack', ChangeSetName: 'other', TemplateBody: TEMPLATE },
  CreateStack: { StackName: 'other', TemplateBody: TEMPLATE },
  DeleteChangeSet: { StackName: 'stack', ChangeSetName: 'change' },
  DeleteStack: { StackName: 'stack' },
  DescribeChangeSet: { StackName: 'stack', ChangeSetName: 'change' },
  DescribeEvents: { StackName: 'stack' },
  DescribeStackEvents: { StackName: 'stack' },
  DescribeStackResource: { StackName: 'stack', LogicalResourceId: 'Listed' },
  DescribeStackResources: { StackName: 'stack' },
  DescribeStacks: { StackName: 'stack' },
  ExecuteChangeSet: { StackName: 'stack', ChangeSetName: 'change' },
  GetTemplate: { StackName: 'stack' },
  GetTemplateSummary: { StackName: 'stack' },
  ListChangeSets: { StackName: 'stack' },
  ListExports: {},
  ListImports: { ExportName: 'none' },
  ListStackResources: { StackName: 'stack' },
  ListStacks: {},
  RollbackStack: { StackName: 'stack' },
  UpdateStack: { StackName: 'stack', TemplateBody: TEMPLATE },
  UpdateTerminationProtection: { StackName: 'stack', EnableTerminationProtection: true },
  ValidateTemplate: { TemplateBody: TEMPLATE },
};
