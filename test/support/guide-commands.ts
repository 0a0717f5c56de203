/** A line of an `sh` block of a guide. */
export interface GuideCommand {
  readonly command: string;
  /** The output that the comment behind it announces, with `...` for any text. */
  readonly prints: string | undefined;
}

/** The lines of all `sh` blocks of a guide, in order. */
export function guideCommands(markdown: string): GuideCommand[] {
  return [...markdown.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
    block
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const [, command = line, comment] = /^(.*?)(?:\s+# (.*))?$/.exec(line) ?? [];
        return { command, prints: /^\{.*\}/.exec(comment ?? '')?.[0] };
      }),
  );
}
