const CODES = { dim: 2, bold: 1, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const;

export type Color = keyof typeof CODES;

/** Puts text into a colour, or leaves it as it is. */
export function painter(on: boolean): (color: Color, text: string) => string {
  return (color, text) => (on && text !== '' ? `\u001b[${CODES[color]}m${text}\u001b[0m` : text);
}
