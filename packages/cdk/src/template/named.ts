import type { CfnElement } from 'aws-cdk-lib';

/**
 * Makes the construct's id its logical id as it stands: CDK would put the path before it and a hash
 * behind, so that a construct that moves replaces its resource, and no script
 * could name it.
 */
export function named<E extends CfnElement>(element: E): E {
  element.overrideLogicalId(element.node.id);
  return element;
}
