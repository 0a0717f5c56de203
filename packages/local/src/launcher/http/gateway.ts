import type { ApiIdentity, ApiRequest } from './api-event.ts';
import { apiEvent } from './api-event.ts';
import type { ApiResponse } from './api-response.ts';
import { apiResponse, gatewayMessage } from './api-response.ts';
import type { RestApi } from './rest-event.ts';
import { matches, restEvent } from './rest-event.ts';
import { restResponse, streamedHead } from './rest-response.ts';

/** A request that reaches the function. */
export interface Accepted {
  readonly event: unknown;
  /** Headers of the answer that name the request. */
  readonly ids: Readonly<Record<string, string>>;
  /** The response for what the function returns. */
  respond(payload: unknown): ApiResponse;
}

/** The differences between the fronts of a function. */
export interface Gateway {
  /** Makes the event of a request, or the answer to a request that does not reach the function. */
  accept(request: ApiRequest): Accepted | ApiResponse;
  /** Status and headers of a streamed answer, by its prelude. */
  head(prelude: unknown): ApiResponse;
  readonly tooLarge: ApiResponse;
  /** The function failed, or returned what is not a response. */
  readonly failed: ApiResponse;
  /** The function took too long. */
  readonly late: ApiResponse;
}

/** An HTTP API with payload format 2.0. */
export function httpApi(api: ApiIdentity): Gateway {
  return {
    accept: (request) => {
      try {
        const event = apiEvent(request, api);
        return { event, ids: { 'apigw-requestid': event.requestContext.requestId }, respond: apiResponse };
      } catch {
        return gatewayMessage(400, 'Bad Request');
      }
    },
    head: apiResponse,
    tooLarge: gatewayMessage(413, 'Request Entity Too Large'),
    failed: gatewayMessage(500, 'Internal Server Error'),
    late: gatewayMessage(503, 'Service Unavailable'),
  };
}

/** A function URL: the events and answers of an HTTP API. */
export function functionUrl(api: ApiIdentity): Gateway {
  return { ...httpApi(api), failed: gatewayMessage(502, 'Internal Server Error') };
}

/** A REST API with payload format 1.0. Statuses as in "Gateway response types". */
export function restApi(api: RestApi): Gateway {
  return {
    accept: (request) => {
      const event = restEvent(request, api);
      if (event === undefined) return gatewayMessage(403, 'Forbidden');
      const { requestId, extendedRequestId } = event.requestContext;
      const accept = Object.entries(event.headers).find(([name]) => name.toLowerCase() === 'accept')?.[1] ?? '*/*';
      // Of several types only the first counts ("Content type conversions in API Gateway").
      const isBinary = matches(api.binaryMediaTypes, accept.split(',')[0]?.trim() ?? '');
      return {
        event,
        ids: { 'x-amzn-requestid': requestId, 'x-amz-apigw-id': extendedRequestId },
        respond: (payload) => restResponse(payload, isBinary),
      };
    },
    head: streamedHead,
    tooLarge: gatewayMessage(413, 'Request Too Long'),
    failed: gatewayMessage(502, 'Internal server error'),
    late: gatewayMessage(504, 'Endpoint request timed out'),
  };
}
