import { takePlainText } from '../../http/light/plain-parts.ts';
import { readBytes } from './read-bytes.ts';

/** The body of an HTTP result, as Lambda's fronts read it. */
export interface EventBody {
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

/** Types that are sent as text; anything else goes base64, as API Gateway asks for binary bodies. */
const TEXT = /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded)|[^;]*\+(json|xml))/;

/**
 * A response's body whole: text as text, anything else and everything compressed as base64. `read` are its bytes where they have been
 * read.
 */
export async function eventBody(response: Response, read?: Buffer): Promise<EventBody> {
  const isText =
    TEXT.test(response.headers.get('content-type') ?? 'text/plain') && !response.headers.has('content-encoding');
  const text = isText && !read ? takePlainText(response) : undefined;
  if (text !== undefined) return { ...(text ? { body: text } : {}), isBase64Encoded: false };
  const bytes = read ?? (await readBytes(response));
  if (bytes.length === 0) return { isBase64Encoded: false };
  return { body: bytes.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
}
