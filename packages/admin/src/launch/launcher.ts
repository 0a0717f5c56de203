import type { RunRecord } from '../runs/run.ts';

/** Starts legs on another host. */
export interface Launcher {
  /**
   * Asks for the next leg of a run. `token` is the same for a repeated request, so that it starts
   * one
   * leg.
   *
   * @returns a name of what was started: the ARN of a task, a function's name
   * @throws TwelvefoldError `RUN_NOT_STARTED` with the reason and its cure
   */
  launch(run: RunRecord, token: string, options?: { readonly signal?: AbortSignal }): Promise<string>;
}
