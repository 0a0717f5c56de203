import type { ConfigTarget } from '../schema/names.ts';
import type { ConfigInput, ConfigIo } from './config-io.ts';
import { usage } from './config-target.ts';

/** Stages that people mean when they say production: one of the stage's words is `prod`, `prd`, `production` or `live`, perhaps with a number. */
const PRODUCTION = /(^|-)(prod|prd|production|live)\d*(-|$)/;

export function isProduction(stage: string): boolean {
  return PRODUCTION.test(stage);
}

/**
 * Lets whoever runs the command type what it is about to touch: on a terminal when asked, else as `--confirm APP/STAGE`.
 *
 * @throws TypeError with the code `USAGE` when something else was typed, or nothing could be.
 */
export async function confirmTarget(
  { app, stage }: ConfigTarget,
  what: string,
  input: ConfigInput,
  io: Pick<ConfigIo, 'ask'>,
): Promise<void> {
  const wanted = `${app}/${stage}`;
  const given = input.optional('confirm') ?? (await io.ask?.(`${what}: type ${wanted} to go on: `))?.trim();
  if (given === wanted) return;
  throw usage(`${what} only with --confirm ${wanted}${given === undefined ? '' : `, not ${JSON.stringify(given)}`}`);
}
