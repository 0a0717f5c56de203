/** Records of a collection that costs nothing to read, as a task and a bare loop work them off. */
export async function* numbers(from: number, to: number): AsyncGenerator<{ value: number; position: number }> {
  for (let value = from; value < to; value += 1) yield { value, position: value };
}
