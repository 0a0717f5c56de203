import type { AwsClient } from '../client/aws-client.ts';
import { xmlAt } from '../client/xml.ts';
import { NO_VALUE } from './intrinsics.ts';

/** Where a stack is. */
export interface Pseudo {
  readonly account: string;
  readonly partition: string;
  readonly region: string;
  readonly stackName: string;
  readonly urlSuffix: string;
}

/** Asks the endpoint whose account the credentials are of. */
export async function readPseudo(client: AwsClient, stackName: string): Promise<Pseudo> {
  const identity = await client.query('sts', 'GetCallerIdentity', {});
  const account = xmlAt(identity, 'Account')?.text;
  if (!account)
    throw new Error('Cannot provision: the endpoint did not say whose account this is (sts GetCallerIdentity)');
  const partition = xmlAt(identity, 'Arn')?.text.split(':')[1] || 'aws';
  const urlSuffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return { account, partition, region: client.region, stackName, urlSuffix };
}

/** The pseudo parameter called `name`, undefined where there is none of that name. */
export function pseudoParameter(name: string, pseudo: Pseudo): unknown {
  const { account, partition, region, stackName, urlSuffix } = pseudo;
  const values: Record<string, unknown> = {
    'AWS::AccountId': account,
    'AWS::NoValue': NO_VALUE,
    'AWS::NotificationARNs': [],
    'AWS::Partition': partition,
    'AWS::Region': region,
    'AWS::StackId': `arn:${partition}:cloudformation:${region}:${account}:stack/${stackName}/local`,
    'AWS::StackName': stackName,
    'AWS::URLSuffix': urlSuffix,
  };
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
