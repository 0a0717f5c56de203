import type { Definition } from './definition.ts';

/**
 * A value as CloudFormation writes it in JSON, intrinsic functions included. `{stage}` in a text
 * stands for the stage.
 */
export type CloudFormationValue =
  | string
  | number
  | boolean
  | null
  | readonly CloudFormationValue[]
  | { readonly [key: string]: CloudFormationValue };

export interface CloudFormationResource {
  /** The logical id, e.g. `OrdersQueue`. */
  readonly id: string;
  /** e.g. `AWS::SQS::Queue`. */
  readonly type: string;
  readonly properties: { readonly [key: string]: CloudFormationValue };
  /** Logical ids that must be there before. */
  readonly dependsOn?: readonly string[];
  /**
   * Holds data that cannot be restored: it outlives the stack unless the deployment overrides this.
   */
  readonly keepsData?: true;
}

/** A resource for CloudFormation. */
export interface Infrastructure {
  /** The resource itself first, then what belongs to it. */
  readonly resources: readonly CloudFormationResource[];
  /** The ARNs that policies name for the actions of an access. */
  readonly arns: readonly CloudFormationValue[];
  /**
   * The ARNs of parts, such as indexes: policies name one only if an access has actions on the
   * part.
   */
  readonly parts?: Readonly<Record<string, CloudFormationValue>>;
  /** The value of its binding; absent for a kind without one. */
  readonly binding?: CloudFormationValue;
}

/** Input of a kind's description of its infrastructure. */
export interface InfrastructureContext {
  /** The key in `backing`. */
  readonly key: string;
  /** With `{stage}` in it. */
  readonly physicalName: string;
  /**
   * The logical id of a resource of this definition: `OrdersQueue` for `Queue` and the key
   * `orders`.
   */
  logicalId(suffix: string): string;
  /** The key and the first ARN of a companion, by its name. */
  companion(name: string): { readonly key: string; readonly arn: CloudFormationValue };
  /** The key and the first ARN of a definition that `references` names. */
  reference(definition: Definition): { readonly key: string; readonly arn: CloudFormationValue };
}

/**
 * The last statement of a resource policy: refuses plain HTTP, which the endpoints of SQS and SNS
 * also accept.
 */
export function tlsOnly(action: string, resource: CloudFormationValue): CloudFormationValue {
  return {
    Sid: 'TlsOnly',
    Effect: 'Deny',
    Principal: '*',
    Action: action,
    Resource: resource,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}
