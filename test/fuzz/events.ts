import fc from 'fast-check';

/**
 * Events of Lambda's event sources, most of them well formed, some not; everything survives a trip
 * through JSON.
 */
export interface EventArbitraries {
  /**
   * HTTP API or function URL, REST API, load balancer in both header modes: exactly as AWS
   * documents them.
   */
  readonly http: fc.Arbitrary<Readonly<Record<string, unknown>>>;
  /** An SQS batch whose envelope is right and whose messages say anything. */
  readonly sqs: fc.Arbitrary<{ readonly Records: ReadonlyArray<{ readonly messageId: string }> }>;
  /** A publication whose envelope is right and whose message and attributes say anything. */
  readonly sns: fc.Arbitrary<unknown>;
  /** Every shape, often with parts missing or replaced. */
  readonly any: fc.Arbitrary<unknown>;
}

/**
 * @param hints strings that matter to the code under test: they come up more often than chance
 * would have them
 */
export function eventArbitraries(hints: readonly string[]): EventArbitraries {
  const hint = fc.constantFrom(...hints);
  const free = fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 40 }), hint);
  // What a socket lets through.
  const headerText = fc.oneof(fc.stringMatching(/^[!-~]{0,30}$/), hint);
  const headerName = fc.oneof(
    fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/),
    fc.constantFrom(
      'host',
      'cookie',
      'content-type',
      'accept-encoding',
      'x-correlation-id',
      'traceparent',
      'x-amzn-trace-id',
    ),
  );
  const path = fc.oneof(
    hint.filter((text) => text.startsWith('/')),
    fc.stringMatching(/^\/[!-~]{0,30}$/),
    free.map((text) => `/${text}`),
  );
  const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS');
  const single = fc.dictionary(headerName, headerText, { maxKeys: 6 });
  const multi = fc.dictionary(headerName, fc.array(headerText, { minLength: 1, maxLength: 3 }), { maxKeys: 6 });
  const query = fc.dictionary(free, free, { maxKeys: 4 });
  const multiQuery = fc.dictionary(free, fc.array(free, { maxLength: 3 }), { maxKeys: 4 });
  const json = fc.jsonValue({ maxDepth: 3 });
  const body = fc.oneof(
    free.map((text) => ({ body: text, isBase64Encoded: false })),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => ({
      body: Buffer.from(bytes).toString('base64'),
      isBase64Encoded: true,
    })),
    json.map((value) => ({ body: JSON.stringify(value), isBase64Encoded: false })),
    fc.constant({ isBase64Encoded: false }),
  );

  const v2 = fc
    .record({ path, method, headers: single, cookies: fc.array(headerText, { maxLength: 3 }), query: free, body })
    .map(({ path: rawPath, method: verb, headers, cookies, query: rawQueryString, body: content }) => ({
      version: '2.0',
      routeKey: '$default',
      rawPath,
      rawQueryString,
      headers,
      ...(cookies.length > 0 ? { cookies } : {}),
      requestContext: { domainName: 'api.example', requestId: 'request', http: { method: verb, path: rawPath } },
      ...content,
    }));
  const v1 = fc
    .record({ path, method, headers: single, multi, query, multiQuery, body })
    .map(
      ({
        path: at,
        method: httpMethod,
        headers,
        multi: multiValueHeaders,
        query: one,
        multiQuery: many,
        body: content,
      }) => ({
        resource: '/{proxy+}',
        path: at,
        httpMethod,
        headers,
        multiValueHeaders,
        queryStringParameters: one,
        multiValueQueryStringParameters: many,
        requestContext: { domainName: 'api.example', requestId: 'request', stage: 'dev' },
        body: null,
        ...content,
      }),
    );
  const elb = { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/x/y' } };
  const albSingle = fc
    .record({ path, httpMethod: method, headers: single, queryStringParameters: query, body })
    .map(({ body: content, ...rest }) => ({ requestContext: elb, ...rest, body: '', ...content }));
  const albMulti = fc
    .record({ path, httpMethod: method, multiValueHeaders: multi, multiValueQueryStringParameters: multiQuery, body })
    .map(({ body: content, ...rest }) => ({ requestContext: elb, ...rest, body: '', ...content }));

  const job = fc.record({
    id: fc.oneof(fc.constantFrom('a', 'b', 'c'), free),
    does: fc.oneof(fc.constantFrom('succeed', 'fail', 'fail-once', 'retry-once', 'poison', 'drop', 'log'), free),
  });
  const record = fc
    .record({
      id: fc.uuid(),
      text: fc.oneof(
        job.map((value) => JSON.stringify(value)),
        json.map((value) => JSON.stringify(value)),
        free,
      ),
      receives: fc.integer({ min: 1, max: 5 }),
      attributes: fc.dictionary(
        fc.oneof(fc.constantFrom('correlationId', 'traceparent', 'tracestate', 'reason'), headerName),
        free.map((stringValue) => ({ dataType: 'String', stringValue })),
        { maxKeys: 3 },
      ),
      trace: free,
    })
    .map(({ id, text, receives, attributes, trace }) => ({
      messageId: id,
      receiptHandle: `handle-${id}`,
      body: text,
      md5OfBody: '',
      attributes: {
        ApproximateReceiveCount: String(receives),
        SentTimestamp: '1700000000000',
        ApproximateFirstReceiveTimestamp: '1700000000001',
        SenderId: 'AIDA',
        AWSTraceHeader: trace,
      },
      messageAttributes: attributes,
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:jobs',
      awsRegion: 'eu-west-1',
    }));
  const sqs = fc
    .uniqueArray(record, { minLength: 1, maxLength: 4, selector: ({ messageId }) => messageId })
    .map((Records) => ({ Records }));

  const snsAttribute = fc.oneof(
    fc.record({ Type: fc.constantFrom('String', 'Number', 'Binary', 'String.Array'), Value: free }),
    json,
  );
  const publication = fc.record({
    Type: fc.constant('Notification'),
    MessageId: fc.uuid(),
    TopicArn: fc.constant('arn:aws:sns:eu-west-1:123456789012:probe-test-news'),
    Subject: fc.option(free),
    Message: fc.oneof(
      fc.record({ id: free, kind: fc.constantFrom('loud', 'quiet'), text: free }).map((news) => JSON.stringify(news)),
      json.map((value) => JSON.stringify(value)),
      free,
    ),
    Timestamp: fc.oneof(fc.constant('2026-11-23T00:00:00.000Z'), free),
    MessageAttributes: fc.dictionary(
      fc.oneof(fc.constantFrom('correlationId', 'traceparent', 'xrayTraceHeader', 'reason'), headerName),
      snsAttribute,
      { maxKeys: 3 },
    ),
  });
  const sns = publication.map((Sns) => ({
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: `${Sns.TopicArn}:1`,
        Sns,
      },
    ],
  }));
  const params = fc.oneof(fc.record({ numbers: fc.array(fc.integer(), { maxLength: 5 }) }), json);
  const eventBridge = fc.record({
    version: fc.constant('0'),
    id: fc.oneof(fc.uuid(), free),
    'detail-type': fc.constantFrom('Scheduled Event', 'Something'),
    source: fc.constant('aws.events'),
    account: fc.constant('123456789012'),
    time: fc.constant('2026-11-23T00:00:00Z'),
    region: fc.constant('eu-west-1'),
    resources: fc.array(free, { maxLength: 2 }),
    detail: params,
  });
  const direct = fc.record(
    { task: fc.oneof(fc.constant('sum'), free), params, correlationId: fc.oneof(fc.uuid(), free) },
    { requiredKeys: ['task'] },
  );

  const http = fc.oneof(v2, v1, albSingle, albMulti);
  const whole = fc.oneof(http, sqs, sns, eventBridge, direct);
  const damage = fc.array(
    fc.record({ way: fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }), by: fc.option(json, { nil: undefined }) }),
    { maxLength: 3 },
  );
  const damaged = fc.tuple(whole, damage).map(([event, changes]) => damagedBy(event, changes));
  return {
    http: asJson(http),
    sqs: asJson(sqs),
    sns: asJson(sns),
    any: asJson(fc.oneof({ weight: 9, arbitrary: damaged }, json, free)),
  };
}

/**
 * Walks into the event, at each step by the number of a key, and replaces what is there, or leaves
 * it out.
 */
function damagedBy(event: unknown, changes: ReadonlyArray<{ way: readonly number[]; by: unknown }>): unknown {
  const root = { event: structuredClone(event) };
  for (const { way, by } of changes) {
    let parent: Record<string, unknown> = root;
    let key = 'event';
    for (const step of way) {
      const child = parent[key];
      if (typeof child !== 'object' || child === null) break;
      const keys = Object.keys(child);
      const next = keys[step % keys.length];
      if (next === undefined) break;
      parent = child as Record<string, unknown>; // an object, or an array whose keys are numbers
      key = next;
    }
    if (by === undefined) delete parent[key];
    else parent[key] = by;
  }
  return root.event ?? null;
}

function asJson<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return arbitrary.map((value) => JSON.parse(JSON.stringify(value)));
}
