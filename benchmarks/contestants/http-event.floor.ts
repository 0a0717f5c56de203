import { contest } from '../support/contest.ts';
import { app, httpEvent } from '../support/http-app.ts';

/*
 * The least that calls the app with objects of the platform and reads its answer: no limits, no
 * cookies, no bytes, no refusal of what is malformed.
 */
const method = process.argv[2] === 'POST' ? 'POST' : 'GET';
const event = httpEvent(method);
await contest(50_000, async (events) => {
  for (let one = 0; one < events; one += 1) {
    const { domainName, http } = event.requestContext;
    const response = await app.fetch(
      new Request(`https://${domainName}${event.rawPath}?${event.rawQueryString}`, {
        method: http.method,
        headers: event.headers,
        ...('body' in event ? { body: event.body } : {}),
      }),
    );
    const body = await response.text();
    const result = { statusCode: response.status, headers: Object.fromEntries(response.headers), body };
    if (result.statusCode >= 300 || !result.body) throw new Error(`Cannot measure: answered ${result.statusCode}`);
  }
});
