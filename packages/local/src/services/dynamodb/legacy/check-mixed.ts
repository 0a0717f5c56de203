import { validationError } from '../errors.ts';

type Input = Readonly<Record<string, unknown>>;

/** @throws ServiceError when a request has parameters of both times: expressions, and what came before them. */
export function checkMixed(input: Input, legacy: readonly string[], expressions: readonly string[]): void {
  const given = (names: readonly string[]) => names.filter((name) => input[name] !== undefined);
  const [old, current] = [given(legacy), given(expressions)];
  if (old.length === 0 || current.length === 0) return;
  throw validationError(
    'Can not use both expression and non-expression parameters in the same request: ' +
      `Non-expression parameters: {${old.join(', ')}} Expression parameters: {${current.join(', ')}}`,
  );
}
