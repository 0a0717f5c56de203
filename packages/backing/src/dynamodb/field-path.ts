/** The path of `key` inside `parent`, as messages name it: `lines[0].sku`. */
export function fieldPath(parent: string, key: PropertyKey): string {
  if (typeof key === 'number') return `${parent}[${key}]`;
  return parent === '' ? String(key) : `${parent}.${String(key)}`;
}
