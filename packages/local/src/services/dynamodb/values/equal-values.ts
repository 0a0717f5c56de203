import type { Attributes, AttributeValue } from './attribute-value.ts';
import { typeOf } from './attribute-value.ts';

const sameSet = (left: readonly string[], right: readonly string[]) => {
  if (left.length !== right.length) return false;
  const members = new Set(left);
  return right.every((member) => members.has(member));
};

function sameAttributes(left: Attributes, right: Attributes): boolean {
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => {
    const [mine, other] = [left[name], right[name]];
    return mine !== undefined && other !== undefined && equalValues(mine, other);
  });
}

/** Whether two normalised values are equal: of the same type, sets in any order, lists and maps all the way down. */
export function equalValues(left: AttributeValue, right: AttributeValue): boolean {
  if (typeOf(left) !== typeOf(right)) return false;
  if ('S' in left && 'S' in right) return left.S === right.S;
  if ('N' in left && 'N' in right) return left.N === right.N; // normalised: one text per number
  if ('B' in left && 'B' in right) return left.B === right.B;
  if ('BOOL' in left && 'BOOL' in right) return left.BOOL === right.BOOL;
  if ('SS' in left && 'SS' in right) return sameSet(left.SS, right.SS);
  if ('NS' in left && 'NS' in right) return sameSet(left.NS, right.NS);
  if ('BS' in left && 'BS' in right) return sameSet(left.BS, right.BS);
  if ('M' in left && 'M' in right) return sameAttributes(left.M, right.M);
  if ('L' in left && 'L' in right) {
    const others = right.L;
    return (
      left.L.length === others.length &&
      left.L.every((element, index) => {
        const other = others[index];
        return other !== undefined && equalValues(element, other);
      })
    );
  }
  return true; // NULL
}
