/** Where a light response offers its text, and light headers what they hold. */
export const PLAIN = Symbol('twelvefold.plain');

interface Plain {
  [PLAIN]?: (take: boolean) => string | null | undefined;
}

/**
 * The text that a light response was made of, `null` for no body; `undefined` for any other value,
 * whose stream is to be read.
 */
export function plainText(response: unknown): string | null | undefined {
  return (response as Plain | null | undefined)?.[PLAIN]?.(false); // only light responses have one
}

/** The same, and the response's body is used from here on. */
export function takePlainText(response: unknown): string | null | undefined {
  return (response as Plain | null | undefined)?.[PLAIN]?.(true); // only light responses have one
}

/** Every header in lower case with its value, each cookie by itself. */
export function eachHeader(headers: Headers, callback: (value: string, name: string) => void): void {
  const light = (headers as { [PLAIN]?: (callback: (value: string, name: string) => void) => boolean })[PLAIN]; // only light headers have one
  if (light === undefined || !Reflect.apply(light, headers, [callback])) headers.forEach(callback);
}
