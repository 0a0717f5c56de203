import type { CfnElement } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Makes the construct's id its logical id as it stands: CDK would put the path before it and a hash
 * behind, so that a construct that moves replaces its resource, and no script
 * could name it.
 */
export function named<E extends CfnElement>(element: E): E {
  element.overrideLogicalId(element.node.id);
  return element;
}

/** The same for the resource of one of CDK's own constructs. */
export function defaultNamed<E extends CfnElement>(construct: Construct, id: string): E {
  const element = construct.node.defaultChild as E; // each of CDK's constructs has one of a known type
  element.overrideLogicalId(id);
  return element;
}
