/**
 * `orders`, `orderEvents`, `order-events`, `payments.apiKey` -> `Orders`, `OrderEvents`,
 * `OrderEvents`, `PaymentsApiKey`: part of a logical id. Another result renames the resources of
 * stacks that are deployed, and CloudFormation replaces them.
 */
export function pascalCase(key: string): string {
  return key.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9]?)/g, (_, first: string) => first.toUpperCase());
}
