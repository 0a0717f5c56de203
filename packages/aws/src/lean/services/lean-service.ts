/** One service's protocol: from input to request body, from response body to output. */
export interface LeanService {
  /** Headers of the protocol, signed with the request. */
  headers(operation: string, input: unknown): Record<string, string>;
  /** The path behind the endpoint's, of a protocol that has one per resource. @defaultValue none */
  path?(operation: string, input: unknown): string;
  /** @throws TypeError for a value that the service has no form for. */
  encode(operation: string, input: unknown): string;
  /** Any error thrown means that the answer was not one of this service. */
  decode(operation: string, body: string, status: number): unknown;
  decodeError(body: string, headers: Readonly<Record<string, string>>): ServiceFailure;
  /** What is wrong with a successful answer, e.g. a checksum that does not fit; `undefined` when all is well. */
  verify?(operation: string, input: unknown, output: unknown): string | undefined;
}

export interface ServiceFailure {
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly item?: Record<string, unknown> | undefined;
  readonly cancellationReasons?: Array<{ Code?: string; Message?: string; Item?: Record<string, unknown> }> | undefined;
}
