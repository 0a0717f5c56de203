import * as z from 'zod/mini';

interface Order {
  index: number;
  note: string;
  items: string[];
}

/**
 * The argument `plain` leaves validation out, for everybody: Powertools and middy do none unless
 * they are asked.
 */
const isPlain = process.argv.includes('plain');
const checked = z.object({ index: z.int(), note: z.string(), items: z.array(z.string()) });
const taken = {
  '~standard': {
    version: 1 as const,
    vendor: 'bench',
    validate: (value: unknown): { value: Order } => ({ value: value as Order }), // the event is ours
    types: { input: { index: 0, note: '', items: [] } as Order, output: { index: 0, note: '', items: [] } as Order }, // types alone
  },
};

/** The schema of a record, for a consumer that wants one. */
export const schema = isPlain ? taken : checked;

/** A parsed record, checked where everybody checks. */
export const parse = (value: unknown): Order => (isPlain ? (value as Order) : checked.parse(value)); // as above
