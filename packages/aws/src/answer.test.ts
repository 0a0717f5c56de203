import { afterEach, beforeEach, expect, expectTypeOf, it } from 'vitest';
import { createAws } from './create-aws.ts';
import type { ScriptedServer } from './lean/scripted-server.fixture.ts';
import { respond, startScriptedServer } from './lean/scripted-server.fixture.ts';
import type { Answer, CallOptions } from './port.ts';
import { dynamodb } from './services/dynamodb.ts';

let server: ScriptedServer;
beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(() => server[Symbol.asyncDispose]());

// About now: the SDK repeats a call whose answer shows a skew.
const DATE = new Date().toUTCString();

it('has the date of AWS and the time that it took', () => {
  expectTypeOf<NonNullable<CallOptions['onAnswer']>>().parameter(0).toEqualTypeOf<Answer>();
  expectTypeOf<Answer>().toEqualTypeOf<{
    readonly serverTimeMs: number | undefined;
    readonly roundTripMs: number;
  }>();
});

it.each(['lean', 'sdk'] as const)(
  'is reported for each attempt and each refusal, by the %s transport',
  async (transport) => {
    const aws = createAws({
      env: {
        AWS_REGION: 'eu-west-1',
        AWS_ENDPOINT_URL: server.url,
        AWS_ACCESS_KEY_ID: 'a',
        AWS_SECRET_ACCESS_KEY: 'b',
      },
      transport,
    });
    const answers: Array<number | undefined> = [];
    const get = (date: Record<string, string>, ...failures: ReturnType<typeof respond>[]) => {
      server.script(...failures, respond(200, '{}', date));
      const onAnswer = ({ serverTimeMs, roundTripMs }: Answer) => {
        expect(roundTripMs).toBeGreaterThan(0);
        answers.push(serverTimeMs);
      };
      return aws.call(dynamodb, 'GetItem', { TableName: 't', Key: { id: '1' } }, { access: 'read', onAnswer });
    };
    const later = new Date(Date.parse(DATE) + 1_000).toUTCString();
    await get({ date: later }, respond(500, '{}', { date: DATE }));
    // Out of a cache, or of no AWS.
    await get({ date: DATE, age: '3' });
    await get({});
    expect(answers).toEqual([Date.parse(DATE), Date.parse(later), undefined, undefined]);

    answers.length = 0;
    const refusal = JSON.stringify({ __type: 'ResourceNotFoundException', message: 'no table' });
    await expect(get({}, respond(400, refusal, { date: DATE }))).rejects.toMatchObject({
      awsCode: 'ResourceNotFoundException',
    });
    expect(answers).toEqual([Date.parse(DATE)]);
    aws.close();
  },
);
