import { checkPaths } from './check-paths.ts';
import { checkReservedSteps } from './check-reserved.ts';
import { parsePath } from './parse-path.ts';
import type { Path } from './path.ts';
import type { Placeholders } from './placeholders.ts';
import { TokenReader } from './tokens.ts';

const NO_KEYWORDS: ReadonlySet<string> = new Set();

/** `a, b.c[0], #d` as paths. @throws ServiceError for syntax, reserved words, undefined names and paths in each other's way. */
export function parseProjection(text: string, placeholders: Placeholders): readonly Path[] {
  const reader = new TokenReader(text);
  const parsed = [parsePath(reader, NO_KEYWORDS)];
  while (reader.takeSymbol(',')) parsed.push(parsePath(reader, NO_KEYWORDS));
  reader.expectEnd();
  parsed.forEach(checkReservedSteps);
  const paths = parsed.map((steps) => placeholders.path(steps));
  checkPaths(paths);
  return paths;
}
