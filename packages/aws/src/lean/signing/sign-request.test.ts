import { describe, expect, it } from 'vitest';
import type { SignableRequest } from './sign-request.ts';
import { signRequest } from './sign-request.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const date = '20150830T123600Z';
const scope = { region: 'us-east-1', service: 'service', credentials, date };
const headers = { host: 'example.amazonaws.com', 'x-amz-date': date };
const request = (over: Partial<SignableRequest>): SignableRequest => ({
  method: 'GET',
  path: '/',
  headers,
  body: '',
  ...over,
});

/**
 * Facts of AWS's published Signature Version 4 test suite (aws-sig-v4-test-suite): name, request,
 * signature.
 */
const VECTORS: Array<[string, SignableRequest, string]> = [
  ['get-vanilla', request({}), '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['post-vanilla', request({ method: 'POST' }), '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  [
    'get-vanilla-query-order-key-case',
    request({ query: 'Param2=value2&Param1=value1' }),
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  [
    'get-vanilla-empty-query-key',
    request({ query: 'Param1=value1' }),
    'a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb',
  ],
  [
    'get-vanilla-query-order-key',
    request({ query: 'Param1=value2&Param1=Value1' }),
    'eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1',
  ],
  ['get-slash', request({ path: '//' }), '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  [
    'get-relative',
    request({ path: '/example/..' }),
    '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  ],
  [
    'post-header-key-sort',
    request({ method: 'POST', headers: { ...headers, 'my-header1': 'value1' } }),
    'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
  ],
  [
    'post-header-value-case',
    request({ method: 'POST', headers: { ...headers, 'my-header1': 'VALUE1' } }),
    'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
  ],
  [
    'get-header-value-trim',
    request({ headers: { ...headers, 'my-header1': ' value1', 'my-header2': ' "a   b   c"' } }),
    'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
  ],
  [
    'post-x-www-form-urlencoded',
    request({
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Param1=value1',
    }),
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
];

describe('Signature Version 4', () => {
  it.each(VECTORS)('signs %s as published', (_name, vector, signature) => {
    expect(signRequest(vector, scope).signature).toBe(signature);
  });

  it('signs the example of the IAM user guide, authorization header and all', () => {
    const iam = { ...scope, service: 'iam' };
    const example = request({
      query: 'Action=ListUsers&Version=2010-05-08',
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        host: 'iam.amazonaws.com',
        'x-amz-date': date,
      },
    });
    expect(signRequest(example, iam).authorization).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    );
  });

  it('makes a separate key for every secret, day, region and service', () => {
    const sign = (over: Partial<typeof scope>) => signRequest(request({}), { ...scope, ...over }).signature;
    const signatures = [
      sign({}),
      sign({ region: 'eu-west-1' }),
      sign({ service: 'sqs' }),
      sign({ date: '20150831T123600Z' }),
      sign({ credentials: { ...credentials, secretAccessKey: 'other' } }),
    ];
    expect(new Set(signatures).size).toBe(signatures.length);
    expect(sign({})).toBe(signatures[0]);
  });
});
