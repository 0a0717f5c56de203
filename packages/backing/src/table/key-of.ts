/** The key of a row: a string for a partition key alone, else an object of both. */
export type KeyOf<P extends string, K extends string> = [K] extends [never] ? string : { [F in P | K]: string };
