import { TwelvefoldError } from '@twelvefold/core';

/** The pattern of a stage's name: it becomes part of every physical name. */
export const STAGE_SHAPE = {
  pattern: /^(?=.{1,16}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
  expected: 'lower-case words joined by hyphens, 1 to 16 characters',
};

/** Stands for the stage where it is chosen later, at deploy time. */
export const STAGE_PLACEHOLDER = '{stage}';

/**
 * The stage, from `TWELVEFOLD_STAGE` only.
 *
 * @throws TwelvefoldError `STAGE_INVALID` when it is missing or cannot be part of a physical name.
 */
export function stageFrom(env: Readonly<Record<string, string | undefined>>): string {
  const stage = env.TWELVEFOLD_STAGE;
  if (!stage || !STAGE_SHAPE.pattern.test(stage)) {
    const reason = stage ? `${JSON.stringify(stage)} is not ${STAGE_SHAPE.expected}` : 'it is not set';
    throw new TwelvefoldError(
      'STAGE_INVALID',
      `Cannot read the stage from TWELVEFOLD_STAGE: ${reason}; set it, e.g. TWELVEFOLD_STAGE=prod`,
    );
  }
  return stage;
}
