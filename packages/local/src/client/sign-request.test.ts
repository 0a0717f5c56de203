import { describe, expect, it } from 'vitest';
import { signRequest } from './sign-request.ts';

const base = {
  url: new URL('https://example.amazonaws.com/'),
  headers: {},
  body: '',
  service: 'service',
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  nowMs: Date.UTC(2015, 7, 30, 12, 36, 0),
};

describe('signRequest', () => {
  it('signs as the Signature Version 4 test suite of AWS does (post-vanilla)', () => {
    expect(signRequest(base)).toEqual({
      'x-amz-date': '20150830T123600Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    });
  });

  it('signs the body, the headers and the session token', () => {
    const signature = (more: object) => signRequest({ ...base, ...more }).authorization?.split('Signature=')[1];
    const session = { ...base.credentials, sessionToken: 'token' };
    const all = [{}, { body: '{}' }, { headers: { 'x-amz-target': 'A.B' } }, { credentials: session }].map(signature);
    expect(new Set(all).size).toBe(4);
    expect(signRequest({ ...base, credentials: session })).toMatchObject({
      'x-amz-security-token': 'token',
      authorization: expect.stringContaining('SignedHeaders=host;x-amz-date;x-amz-security-token,'),
    });
  });
});
