import { readImports } from './read-imports.ts';

/**
 * The files of each circle of imports, sorted. Circles of `import type` count, which Biome's
 * `noImportCycles` ignores.
 *
 * @param files Paths of TypeScript files, relative to `root`.
 * @param root A folder, with a trailing slash.
 */
export async function importCircles(files: readonly string[], root: URL): Promise<string[][]> {
  return stronglyConnected(await readImports(files, root)).filter((circle) => circle.length > 1);
}

/** Tarjan's algorithm. */
function stronglyConnected(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): number => {
    const index = order.size;
    order.set(node, index);
    lowest.set(node, index);
    path.push(node);
    for (const next of edges.get(node) ?? []) {
      if (!edges.has(next)) continue;
      if (!order.has(next)) lowest.set(node, Math.min(lowest.get(node) ?? index, visit(next)));
      else if (path.includes(next)) lowest.set(node, Math.min(lowest.get(node) ?? index, order.get(next) ?? index));
    }
    if (lowest.get(node) === index) found.push(path.splice(path.indexOf(node)).sort());
    return lowest.get(node) ?? index;
  };
  for (const node of edges.keys()) if (!order.has(node)) visit(node);
  return found;
}
