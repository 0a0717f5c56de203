/** The description of one parameter, read without running its schema. */
export interface ParamInfo {
  readonly name: string;
  /** `unknown` takes text, like `string`. */
  readonly type: 'string' | 'number' | 'boolean' | 'array' | 'unknown';
  /** Of an array: the type of its items. */
  readonly items?: 'string' | 'number' | 'boolean' | 'unknown';
  readonly required: boolean;
  /** More about the text: a format (`date`), or the values there are. */
  readonly hint?: string;
  readonly description?: string;
  readonly default?: unknown;
}
