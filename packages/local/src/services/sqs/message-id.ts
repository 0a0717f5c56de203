import { invalidParameter } from './errors.ts';

const ID = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

/** Checks a group id, a deduplication id or a receive's attempt id, when it is given. @throws ServiceError `InvalidParameterValue` */
export function checkId(name: string, value: string | undefined): void {
  if (value !== undefined && !ID.test(value)) {
    throw invalidParameter(
      value,
      name,
      `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
    );
  }
}
