/** An HTTP answer, ready to send. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** How the body is sent, when not as usual: half of it and then nothing, or in pieces, with a wait before each. */
  readonly sending?:
    | { readonly kind: 'half' }
    | { readonly kind: 'pieces'; wait(part: number): Promise<void> }
    | undefined;
}
