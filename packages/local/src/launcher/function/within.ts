export const EXPIRED: unique symbol = Symbol('expired');

/** Like the promise, or EXPIRED after `ms`; leaves no timer behind. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | typeof EXPIRED> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<typeof EXPIRED>((resolve) => {
    timer = setTimeout(resolve, ms, EXPIRED);
  });
  try {
    return await Promise.race([promise, expiry]);
  } finally {
    clearTimeout(timer);
  }
}
