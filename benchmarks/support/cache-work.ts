import * as z from 'zod/mini';

export const PriceSchema = z.object({ sku: z.string(), cents: z.int(), currency: z.string() });
export const price: z.output<typeof PriceSchema> = { sku: 'sku-1', cents: 1_999, currency: 'EUR' };

/** Does something with as many keys at once, as requests of a service do. */
export async function readKeys(count: number, work: (key: string) => Promise<unknown>): Promise<void> {
  if (count === 1) return void (await work('sku-0'));
  await Promise.all(Array.from({ length: count }, (_, index) => work(`sku-${index}`)));
}
