import { invalid } from '../errors.ts';

// What CloudWatch Logs has of regular expressions; no groups and no nested repetition, so nothing here can run for ever.
const ALLOWED = /^(?:\[(?:[^\]\\]|\\.)+\]|\\[\s\S]|[^()[\]\\])+$/;

/** @throws ServiceError `InvalidParameterException` for what is no regular expression of CloudWatch Logs */
export function toRegex(text: string): RegExp {
  if (!ALLOWED.test(text)) throw invalid('Invalid filter pattern: Invalid regular expression');
  try {
    return new RegExp(text);
  } catch {
    throw invalid('Invalid filter pattern: Invalid regular expression');
  }
}
