import type { RunningApp } from '../support/start-app.ts';

/**
 * Something that happens to an app, and everything that can be observed of it. Written once, run on
 * every host.
 */
export interface Scenario<A extends RunningApp = RunningApp> {
  readonly name: string;
  run(app: A): Promise<unknown>;
  /** The result by the contract: hosts that are wrong in the same way are not good enough. */
  readonly contract: unknown;
}
