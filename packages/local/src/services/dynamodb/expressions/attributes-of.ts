import type { Condition } from './condition.ts';
import type { Operand } from './operand.ts';

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
