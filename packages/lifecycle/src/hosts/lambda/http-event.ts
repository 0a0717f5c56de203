import { malformedRequest } from '../../http/malformed-request.ts';
import type { AlbEvent, AlbResult } from './alb.ts';
import { isAlbEvent, requestFromAlb, resultAlb } from './alb.ts';
import type { HttpEventV1, HttpResultV1 } from './api-gateway-v1.ts';
import { isHttpEventV1, requestFromV1, resultV1 } from './api-gateway-v1.ts';
import type { HttpEventV2, HttpResultV2 } from './api-gateway-v2.ts';
import { isHttpEventV2, requestFromV2, resultV2 } from './api-gateway-v2.ts';

/** Every event that is an HTTP request. */
export type HttpEvent = HttpEventV2 | HttpEventV1 | AlbEvent;
export type HttpResult = HttpResultV2 | HttpResultV1 | AlbResult;

/** One HTTP event: what was asked, and how to answer it. */
export interface HttpExchange {
  /** A response where the event earns one by itself: too large, malformed. */
  readonly request: Request | Response;
  /** `body` are the bytes of the response's body where they have been read. */
  result(response: Response, body?: Buffer): Promise<HttpResult>;
  /** Bytes that the result may have as JSON: what Lambda, or the load balancer before it, carries. */
  readonly resultLimitBytes: number;
}

/** Lambda's limit for the payload of a synchronous invocation. */
const LAMBDA_LIMIT_BYTES = 6_291_456;
/** The limit of a load balancer for what a Lambda target answers. */
const ALB_LIMIT_BYTES = 1_048_576;

/**
 * Reads an HTTP event of any shape: API Gateway REST APIs and payload format 1.0, HTTP APIs and function URLs (2.0), Application
 * Load Balancers in both header modes. `undefined` for any other event.
 */
export function readHttpEvent(event: unknown): HttpExchange | undefined {
  if (isHttpEventV2(event))
    return { request: read(() => requestFromV2(event)), result: resultV2, resultLimitBytes: LAMBDA_LIMIT_BYTES };
  if (isAlbEvent(event)) {
    const result = (response: Response, body?: Buffer) => resultAlb(event, response, body);
    return { request: read(() => requestFromAlb(event)), result, resultLimitBytes: ALB_LIMIT_BYTES };
  }
  if (isHttpEventV1(event))
    return { request: read(() => requestFromV1(event)), result: resultV1, resultLimitBytes: LAMBDA_LIMIT_BYTES };
  return undefined;
}

/** A part of the event that has another type than its front gives it is a bad request, as much as a header that is none. */
function read(request: () => Request | Response): Request | Response {
  try {
    return request();
  } catch {
    return malformedRequest();
  }
}
