import type { AwsError } from '@twelvefold/aws';

/** What the stores say about one lookup, by the lookup's name. */
export type StoreAnswer =
  | {
      readonly kind: 'value';
      readonly text: string;
      /** `String`, `StringList` or `SecureString`; absent for a secret. */
      readonly type?: string;
      /** A parameter's number or a secret's version id. */
      readonly version?: string;
      /** The version id of a secret that was read by reference. */
      readonly secretVersion?: () => string | undefined;
      readonly modifiedAt?: Date;
    }
  | { readonly kind: 'missing' }
  | { readonly kind: 'binary' }
  | { readonly kind: 'failed'; readonly error: AwsError };

export type StoreAnswers = Map<string, StoreAnswer>;
