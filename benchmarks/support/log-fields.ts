export const LOG_LINES = 100_000;

/** Five fields, as a handler would log them: two strings, two numbers, a boolean. */
export function logFields(line: number) {
  return { orderId: `o-${line}`, customerId: 'c-42', totalCents: 11_900 + line, items: 3, express: true };
}
