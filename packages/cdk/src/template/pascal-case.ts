/**
 * `orders`, `order-events`, `payments.apiKey` -> `Orders`, `OrderEvents`, `PaymentsApiKey`: part of
 * a logical id.
 */
export function pascalCase(key: string): string {
  return key.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9]?)/g, (_, first: string) => first.toUpperCase());
}
