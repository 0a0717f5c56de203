/** `sinceDate` -> `since-date`, `baseURL` -> `base-url`. */
export function kebabCase(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
}

/** `since-date` -> `sinceDate`. */
export function camelCase(flag: string): string {
  return flag.replaceAll(/-([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}
