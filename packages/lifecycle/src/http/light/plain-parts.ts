/** Where a light response offers its text, and light headers what they hold. */
export const PLAIN = Symbol('twelvefold.plain');

interface Plain {
  [PLAIN]?: (take: boolean) => string | null | undefined;
}

/** The text that a light response was made of, `null` for no body; `undefined` where the response is to be asked for its stream. */
export function plainText(response: Response): string | null | undefined {
  return (response as Plain)[PLAIN]?.(false); // light responses alone have one
}

/** The same, and the response's body is used from here on. */
export function takePlainText(response: Response): string | null | undefined {
  return (response as Plain)[PLAIN]?.(true); // light responses alone have one
}

/** Every header but cookies, by name in lower case. */
export function headerRecord(headers: Headers): Record<string, string> {
  const light = (headers as { [PLAIN]?: () => Record<string, string> | undefined })[PLAIN]?.(); // light headers alone have one
  if (light) return light;
  const record: Record<string, string> = {};
  headers.forEach((value, name) => {
    if (name !== 'set-cookie') record[name] = value;
  });
  return record;
}
