/**
 * The names that a module exports: explicit lists and declarations, which is all that this
 * repository uses.
 */
export function exportedNames(source: string): ReadonlySet<string> {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/\/\/.*$/gm, '');
  const names = new Set<string>();
  for (const [, list = ''] of code.matchAll(/^export (?:type )?\{([^}]*)\}/gm)) {
    for (const entry of list.split(',')) {
      const name = /(\w+)\s*$/.exec(entry)?.[1];
      if (name !== undefined) names.add(name);
    }
  }
  const declarations =
    /^export (?:declare )?(?:async )?(?:abstract )?(?:function|class|const|let|interface|type) (\w+)/gm;
  for (const [, name = ''] of code.matchAll(declarations)) names.add(name);
  return names;
}
