import { describe, expect, it } from 'vitest';
import { matchesArn, matchesWildcards } from './pattern.ts';
import { parsePolicy } from './policy.ts';

describe('parsePolicy', () => {
  it('names every fault', () => {
    const document = {
      Version: '2013',
      Statement: [
        { Effect: 'allow', Action: 'no-colon', Resource: [], Conditions: {} },
        { Effect: 'Allow', Action: '*', NotAction: '*', Resource: '*', Principal: '*' },
        {
          Effect: 'Allow',
          Action: '*',
          Resource: '*',
          Condition: { StringIs: {}, StringEquals: 'x', Bool: { a: {} } },
        },
      ],
    };
    expect(() => parsePolicy(document, 'identity')).toThrow(
      [
        'Version must be 2012-10-17 or 2008-10-17',
        'Statement[0] has the unknown element Conditions',
        'Statement[0].Effect must be Allow or Deny',
        'Statement[0] has the malformed action no-colon',
        'Statement[0].Resource must be text or a list of texts',
        'Statement[1] has both Action and NotAction',
        'Statement[1] of an identity-based policy must have no Principal',
        'Statement[2].Condition has the unknown operator StringIs',
        'Statement[2].Condition.StringEquals must be an object of condition keys',
        'Statement[2].Condition.Bool.a must be text or a list of texts',
      ].join('; '),
    );
    expect(() => parsePolicy('{', 'resource')).toThrow('the policy is not JSON');
    expect(() => parsePolicy('[]', 'resource')).toThrow('the policy must be an object');
    expect(() => parsePolicy({}, 'resource')).toThrow('Statement is missing');
    expect(() => parsePolicy({ Statement: { Effect: 'Allow', Action: 'sts:AssumeRole' } }, 'trust')).toThrow(
      'Statement[0].Principal must be "*" or an object of AWS, Service, Federated, CanonicalUser',
    );
  });

  it('has no variables in the version of 2008', () => {
    const Statement = { Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::${aws:username}' };
    expect(parsePolicy({ Statement }, 'identity').statements[0]?.resources[0]?.hasVariables).toBe(false);
    expect(
      parsePolicy({ Version: '2012-10-17', Statement }, 'identity').statements[0]?.resources[0]?.hasVariables,
    ).toBe(true);
  });
});

describe('patterns', () => {
  it.each([
    ['*', '', true],
    ['a*b?c', 'axxbyc', true],
    ['a*b?c', 'axxbc', false],
    ['a**', 'a', true],
    ['?', '', false],
    ['?', '\u{1F600}', true],
    ['*a*a*a*a*b', 'a'.repeat(2_000), false],
  ])('%s matches %s: %s', (pattern, text, expected) => {
    expect(matchesWildcards(pattern, text)).toBe(expected);
  });

  it.each([
    ['arn:aws:sqs:*:*:orders', 'arn:aws:sqs:eu-west-1:111122223333:orders', true],
    ['arn:aws:sqs:*:orders', 'arn:aws:sqs:eu-west-1:111122223333:orders', false],
    ['arn:aws:logs:*:*:log-group:/aws/*', 'arn:aws:logs:eu-west-1:1:log-group:/aws/lambda/x:*', true],
    ['arn:aws:s3:::*', 'arn:aws:s3:::bucket/a:b', true],
    ['arn:aws:s*', 'arn:aws:sqs:eu-west-1:111122223333:orders', true],
    ['*', 'arn:aws:sqs:eu-west-1:111122223333:orders', true],
    ['arn:aws:sqs:*:*:orders', '*', false],
  ])('the ARN %s matches %s: %s', (pattern, arn, expected) => {
    expect(matchesArn(pattern, arn)).toBe(expected);
  });
});
