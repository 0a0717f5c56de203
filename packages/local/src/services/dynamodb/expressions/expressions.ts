import { rewording, validationError } from '../errors.ts';
import { bindCondition } from './bind-condition.ts';
import type { Condition, Operand } from './condition.ts';
import { parseCondition } from './condition.ts';
import type { Path } from './path.ts';
import { checkPaths } from './path.ts';
import type { PlaceholderInput } from './placeholders.ts';
import { Placeholders } from './placeholders.ts';
import { checkReservedSteps, parsePath, TokenReader } from './tokens.ts';
import type { UpdateAction } from './update.ts';
import { bindUpdate, parseUpdate } from './update.ts';

const NO_KEYWORDS: ReadonlySet<string> = new Set();

/**
 * `a, b.c[0], #d` as paths.
 *
 * @throws ServiceError for syntax, reserved words, undefined names and paths in each other's way.
 */
function parseProjection(text: string, placeholders: Placeholders): readonly Path[] {
  const reader = new TokenReader(text);
  const parsed = [parsePath(reader, NO_KEYWORDS)];
  while (reader.takeSymbol(',')) parsed.push(parsePath(reader, NO_KEYWORDS));
  reader.expectEnd();
  parsed.forEach(checkReservedSteps);
  const paths = parsed.map((steps) => placeholders.path(steps));
  checkPaths(paths);
  return paths;
}

function inOperand(operand: Operand): string[] {
  if (operand.kind === 'path') return [operand.path[0]];
  return operand.kind === 'function' ? operand.args.flatMap(inOperand) : [];
}

/** The attributes of the item that a condition looks at. */
export function attributesOf(condition: Condition): readonly string[] {
  if (condition.kind === 'and' || condition.kind === 'or') {
    return [...attributesOf(condition.left), ...attributesOf(condition.right)];
  }
  return condition.kind === 'not' ? attributesOf(condition.of) : condition.operands.flatMap(inOperand);
}

/** The parameters that hold expressions, by how AWS's messages name them. */
type Parameter =
  | 'ConditionExpression'
  | 'FilterExpression'
  | 'KeyConditionExpression'
  | 'ProjectionExpression'
  | 'UpdateExpression';

type ExpressionInput = PlaceholderInput & { readonly [P in Parameter]?: string | undefined };

/** Source: "Service quotas": 4 KB for an expression. */
const MAX_BYTES = 4096;

/** Reads the expressions of one request, which share placeholders. */
export interface ExpressionReader {
  condition(parameter: 'ConditionExpression' | 'FilterExpression' | 'KeyConditionExpression'): Condition | undefined;
  projection(): readonly Path[] | undefined;
  update(): readonly UpdateAction[] | undefined;
  /** @throws ServiceError when a placeholder was given that no expression used. */
  checkAllUsed(): void;
}

/** @throws ServiceError for placeholders without any of the `parameters` that could use them. */
export function checkPlaceholdersWanted(input: ExpressionInput, parameters: readonly Parameter[]): void {
  if (input.ExpressionAttributeNames !== undefined && parameters.every((name) => input[name] === undefined)) {
    throw validationError('ExpressionAttributeNames can only be specified when using expressions');
  }
  const withValues = parameters.filter((name) => name !== 'ProjectionExpression');
  if (input.ExpressionAttributeValues !== undefined && withValues.every((name) => input[name] === undefined)) {
    throw validationError(
      'ExpressionAttributeValues can only be specified when using expressions: ' +
        `${withValues.join(' and ')} ${withValues.length > 1 ? 'are' : 'is'} null`,
    );
  }
}

/** @throws ServiceError for malformed placeholders. */
export function readExpressions(input: ExpressionInput): ExpressionReader {
  const placeholders = new Placeholders(input);
  const read = <T>(parameter: Parameter, parse: (text: string) => T): T | undefined => {
    const text = input[parameter];
    if (text === undefined) return undefined;
    return rewording(
      (message) => `Invalid ${parameter}: ${message}`,
      () => {
        if (text === '') throw validationError('The expression can not be empty;');
        const size = Buffer.byteLength(text);
        if (size > MAX_BYTES) {
          throw validationError(`Expression size has exceeded the maximum allowed size; expression size: ${size}`);
        }
        return parse(text);
      },
    );
  };
  return {
    condition: (parameter) => read(parameter, (text) => bindCondition(parseCondition(text), placeholders)),
    projection: () => read('ProjectionExpression', (text) => parseProjection(text, placeholders)),
    update: () => read('UpdateExpression', (text) => bindUpdate(parseUpdate(text), placeholders)),
    checkAllUsed: () => placeholders.checkAllUsed(),
  };
}
