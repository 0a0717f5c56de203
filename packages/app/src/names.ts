/** `taxRate`, `tax-rate` -> `TAX_RATE`. */
export function constantCase(key: string): string {
  return key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toUpperCase();
}

/** `orderEvents` -> `order-events`. */
export function kebabCase(key: string): string {
  return key.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
}

/** The name of a resource in AWS: a pure function of app, stage and the definition's name. */
export function physicalName(app: string, stage: string, name: string): string {
  return `${app}-${stage}-${name}`;
}
