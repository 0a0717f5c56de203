/**
 * The nodes, each after those that it needs, otherwise in the order given.
 *
 * @throws Error that names the nodes of a cycle, in order.
 */
export function inOrder(needs: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (node: string) => {
    if (done.has(node)) return;
    const start = path.indexOf(node);
    if (start >= 0) {
      throw new Error(
        `Cannot order the resources: they need each other (${[...path.slice(start), node].join(' -> ')})`,
      );
    }
    path.push(node);
    for (const needed of needs.get(node) ?? []) if (needs.has(needed)) visit(needed);
    path.pop();
    done.add(node);
  };
  for (const node of needs.keys()) visit(node);
  return [...done];
}
