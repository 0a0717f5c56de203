import { partitionOf } from './partition.ts';

interface PermissionRequest {
  readonly label: string;
  /** Of 12 digits each. */
  readonly accounts: readonly string[];
  /** With the service's prefix, e.g. `SQS:SendMessage`. */
  readonly actions: readonly string[];
  readonly resource: string;
  readonly region: string;
}

const oneOrMore = (values: readonly string[]) => (values.length === 1 ? values[0] : values);

/** The statement that AddPermission of SQS and of SNS adds to a resource's policy. */
export function permissionStatement({ label, accounts, actions, resource, region }: PermissionRequest) {
  return {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: oneOrMore(accounts.map((account) => `arn:${partitionOf(region)}:iam::${account}:root`)) },
    Action: oneOrMore(actions),
    Resource: resource,
  };
}
