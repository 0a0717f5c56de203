/** One instruction of a Dockerfile, with its continuation lines joined. */
export interface Instruction {
  /** In upper case, e.g. `RUN`. */
  readonly name: string;
  readonly text: string;
  readonly line: number;
}

/** Reads a Dockerfile without heredocs and escape directives, which ours do not use. */
export function readDockerfile(source: string): Instruction[] {
  const instructions: Instruction[] = [];
  let open: { name: string; text: string; line: number } | undefined;
  for (const [index, raw] of source.split('\n').entries()) {
    if (/^\s*(#|$)/.test(raw)) continue;
    const continues = raw.trimEnd().endsWith('\\');
    const text = raw.trim().replace(/\\$/, '').trim();
    if (open) open.text += ` ${text}`;
    else {
      const [, name = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(text) ?? [];
      open = { name: name.toUpperCase(), text: rest, line: index + 1 };
    }
    if (continues) continue;
    instructions.push(open);
    open = undefined;
  }
  if (open) instructions.push(open);
  return instructions;
}

/** The stages of a Dockerfile: `FROM` and what follows it. */
export function stagesOf(instructions: readonly Instruction[]): Instruction[][] {
  const stages: Instruction[][] = [];
  for (const instruction of instructions) {
    if (instruction.name === 'FROM') stages.push([instruction]);
    else stages.at(-1)?.push(instruction);
  }
  return stages;
}

/** `node:24 AS build` -> its image and its alias. */
export function fromOf({ text }: Instruction): { image: string; alias: string | undefined } {
  const words = text.split(/\s+/).filter((word) => !word.startsWith('--'));
  return { image: words[0] ?? '', alias: words[1]?.toUpperCase() === 'AS' ? words[2] : undefined };
}
