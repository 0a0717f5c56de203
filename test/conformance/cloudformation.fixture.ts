import type { DescribeStackEventsCommandOutput, Stack } from '@aws-sdk/client-cloudformation';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import type { LocalAws } from '@twelvefold/local';
import { eventually } from './eventually.ts';

export const settings = (aws: Pick<LocalAws, 'url'>, accessKeyId = 'local') => ({
  endpoint: aws.url,
  region: 'eu-west-1',
  maxAttempts: 1,
  credentials: { accessKeyId, secretAccessKey: 'local' },
});

type Resources = Readonly<Record<string, object>>;

/** A template in JSON. */
export const templateOf = (Resources: Resources, more: object = {}) => JSON.stringify({ Resources, ...more });

export const queue = (Properties: object = {}, more: object = {}) => ({ Type: 'AWS::SQS::Queue', Properties, ...more });

export const output = (Value: unknown, name?: string) => ({
  Value,
  ...(name === undefined ? {} : { Export: { Name: name } }),
});

/** Stacks of one endpoint. */
export function stacksOf(aws: Pick<LocalAws, 'url'>, accessKeyId = 'local') {
  const client = new CloudFormationClient(settings(aws, accessKeyId));

  const describe = async (StackName: string): Promise<Stack> => {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const [stack] = Stacks;
    if (stack === undefined) throw new Error(`no stack ${StackName}`);
    return stack;
  };

  /** The stack once its operation is over. */
  const settled = (StackName: string) =>
    eventually(async () => {
      const stack = await describe(StackName);
      if (/_IN_PROGRESS$/.test(stack.StackStatus ?? '')) throw new Error(`${StackName} is ${stack.StackStatus}`);
      return stack;
    });

  const create = async (StackName: string, TemplateBody: string, more: object = {}) => {
    const { StackId = '' } = await client.send(new CreateStackCommand({ StackName, TemplateBody, ...more }));
    return settled(StackId);
  };

  const update = async (StackName: string, TemplateBody: string, more: object = {}) => {
    await client.send(new UpdateStackCommand({ StackName, TemplateBody, ...more }));
    return settled(StackName);
  };

  /** Oldest first. */
  const events = async (StackName: string) => {
    const all: NonNullable<DescribeStackEventsCommandOutput['StackEvents']> = [];
    let NextToken: string | undefined;
    do {
      const page = await client.send(new DescribeStackEventsCommand({ StackName, NextToken }));
      all.push(...(page.StackEvents ?? []));
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    return all.reverse();
  };

  /** `LogicalId STATUS` of each event. */
  const steps = async (StackName: string) =>
    (await events(StackName)).map(({ LogicalResourceId, ResourceStatus }) => `${LogicalResourceId} ${ResourceStatus}`);

  /** Physical ids by logical id. */
  const physicalIds = async (StackName: string) => {
    const { StackResourceSummaries = [] } = await client.send(new ListStackResourcesCommand({ StackName }));
    return Object.fromEntries(
      StackResourceSummaries.map(({ LogicalResourceId, PhysicalResourceId }) => [
        LogicalResourceId ?? '',
        PhysicalResourceId ?? '',
      ]),
    );
  };

  return { client, create, describe, events, physicalIds, settled, steps, update };
}

/** Outputs by key. */
export const outputsOf = ({ Outputs = [] }: Stack) =>
  Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey ?? '', OutputValue]));
