import { validationError } from '../errors.ts';
import type { Path } from './path.ts';
import { clashOf, showPath } from './path.ts';

/** @throws ServiceError when two of the paths overlap or conflict: overlaps anywhere first, as AWS does. */
export function checkPaths(paths: readonly Path[]): void {
  for (const kind of ['overlap', 'conflict'] as const) {
    for (const [index, second] of paths.entries()) {
      for (const first of paths.slice(0, index)) {
        if (clashOf(first, second) !== kind) continue;
        throw validationError(
          `Two document paths ${kind} with each other; must remove or rewrite one of these paths; ` +
            `path one: ${showPath(first)}, path two: ${showPath(second)}`,
        );
      }
    }
  }
}
