import type { ManifestComponent } from 'twelvefold/manifest';
import type { LambdaPlacement } from './placement.ts';

/** The longest a Lambda function may run. */
export const MAX_TIMEOUT_SECONDS = 900;
/**
 * An HTTP API and a REST API by default give up on their integration after 29 or 30 seconds; one
 * less, so that the function's own answer arrives.
 */
const HTTP_TIMEOUT_SECONDS = 29;
/**
 * Lambda's developer guide recommends a visibility timeout of six times the function's, so that a
 * batch that is throttled or fails can be tried again before another invocation sees its messages.
 */
const VISIBILITY_PER_TIMEOUT = 6;

/**
 * The visibility timeout, in seconds, of the queue that triggers a component; undefined for other
 * triggers.
 */
export function triggerVisibility({ trigger }: ManifestComponent): number | undefined {
  return trigger.kind === 'queue' ? trigger.visibilitySeconds : undefined;
}

/** The function timeout of a component, in seconds. */
export function functionTimeout(component: ManifestComponent, { timeout }: LambdaPlacement): number {
  if (timeout) return timeout.toSeconds({ integral: false });
  if (component.trigger.kind === 'http') return HTTP_TIMEOUT_SECONDS;
  const visibility = triggerVisibility(component) ?? Number.POSITIVE_INFINITY;
  return Math.min(MAX_TIMEOUT_SECONDS, Math.max(1, Math.floor(visibility / VISIBILITY_PER_TIMEOUT)));
}
