import { invalidValue } from './errors.ts';
import type { MessageAttribute } from './message.ts';

// The forms of an X-Ray tracing header; other fields (Lineage, Self, the application's own) are free.
const FIELDS: Record<string, RegExp> = {
  Root: /^1-[0-9a-f]{8}-[0-9a-f]{24}$/i,
  Parent: /^[0-9a-f]{16}$/i,
  Sampled: /^[01?]$/,
};

/** "Its type must be String and its value must be a correctly formatted X-Ray trace header" (SendMessage). @throws ServiceError */
export function checkTraceHeader(attribute: MessageAttribute | undefined): void {
  if (attribute === undefined) return;
  const refuse = (reason: string) => invalidValue(`Message system attribute AWSTraceHeader is invalid: ${reason}`);
  if (attribute.DataType !== 'String') throw refuse('its type must be String');
  const fields = (attribute.StringValue ?? '').split(';').filter((field) => field.trim() !== '');
  const pairs = fields.map((field) => /^\s*([^=\s]+)=(.*?)\s*$/.exec(field)?.slice(1) ?? []);
  const wellFormed = pairs.every(([key = '', value = '']) => key !== '' && (FIELDS[key]?.test(value) ?? true));
  if (!wellFormed || !pairs.some(([key]) => key === 'Root')) {
    throw refuse('it must be an X-Ray tracing header, such as Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1');
  }
}
