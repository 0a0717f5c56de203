import { describe, expect, it } from 'vitest';
import type { Given } from './request.fixture.ts';
import { ACCOUNT, OTHER, outcome, ROLE, SESSION, statement } from './request.fixture.ts';

const GUIDE = 'https://docs.aws.amazon.com/IAM/latest/UserGuide';
const ORDER = `${GUIDE}/reference_policies_evaluation-logic_policy-eval-denyallow.html`;
const CROSS = `${GUIDE}/reference_policies_evaluation-logic-cross-account.html`;
const BOUNDARY = `${GUIDE}/access_policies_boundaries.html`;
const KEYS = 'https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html';
const NOT_PRINCIPAL = `${GUIDE}/reference_policies_elements_notprincipal.html`;

const allow = statement({ Effect: 'Allow', Action: 's3:*', Resource: '*' });
const deny = statement({ Effect: 'Deny', Action: 's3:GetObject', Resource: '*' });
const other = statement({ Effect: 'Allow', Action: 'sqs:*', Resource: '*' });
const to = (principal: unknown, effect = 'Allow') =>
  statement({ Effect: effect, Principal: principal, Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*' });
const toRole = to({ AWS: ROLE });
const toSession = to({ AWS: SESSION });
const toAccount = to({ AWS: `arn:aws:iam::${ACCOUNT}:root` });
const toAll = to('*');

/** The documented order, each row with the page that it is from. */
const CASES: ReadonlyArray<readonly [what: string, given: Given, expected: string, source: string]> = [
  ['nothing allows', {}, 'implicit: identity-based policy', ORDER],
  ['an identity policy allows', { identity: allow }, 'allowed', ORDER],
  ['an identity policy denies', { identity: deny, resource: toAll }, 'explicit: identity-based policy', ORDER],
  [
    'a resource policy denies',
    { identity: allow, resource: to('*', 'Deny') },
    'explicit: resource-based policy',
    ORDER,
  ],
  ['a boundary denies', { identity: allow, boundary: deny }, 'explicit: permissions boundary', ORDER],
  ['a session policy denies', { identity: allow, session: deny }, 'explicit: session policy', ORDER],
  [
    'a denial of the account is one of its roles',
    { identity: allow, resource: to({ AWS: ACCOUNT }, 'Deny') },
    'explicit: resource-based policy',
    ORDER,
  ],
  [
    'a denial of a role is one of its sessions',
    { identity: allow, resource: to({ AWS: ROLE }, 'Deny') },
    'explicit: resource-based policy',
    ORDER,
  ],
  ['a resource policy allows the role', { resource: toRole }, 'allowed', ORDER],
  ['a resource policy allows the session', { resource: toSession }, 'allowed', ORDER],
  ['a resource policy allows everybody', { resource: toAll }, 'allowed', ORDER],
  ['an account in a resource policy delegates', { resource: toAccount }, 'implicit: identity-based policy', ORDER],
  ['and counts with an identity policy', { resource: toAccount, identity: allow }, 'allowed', ORDER],
  ['a boundary allows too little', { identity: allow, boundary: other }, 'implicit: permissions boundary', BOUNDARY],
  ['a boundary grants nothing', { boundary: allow }, 'implicit: identity-based policy', BOUNDARY],
  [
    'a boundary limits what names the role',
    { resource: toRole, boundary: other },
    'implicit: permissions boundary',
    ORDER,
  ],
  ['a boundary does not limit what names the session', { resource: toSession, boundary: other }, 'allowed', ORDER],
  ['a boundary does not limit what names everybody', { resource: toAll, boundary: other }, 'allowed', ORDER],
  ['a session policy allows too little', { identity: allow, session: other }, 'implicit: session policy', ORDER],
  ['a session policy grants nothing', { session: allow }, 'implicit: identity-based policy', ORDER],
  [
    'a session policy limits what names the role',
    { resource: toRole, session: other },
    'implicit: session policy',
    ORDER,
  ],
  ['a session policy does not limit what names the session', { resource: toSession, session: other }, 'allowed', ORDER],
  [
    'a boundary does not limit what names a user',
    { as: 'user', resource: to({ AWS: `arn:aws:iam::${ACCOUNT}:user/carlossalazar` }), boundary: other },
    'allowed',
    BOUNDARY,
  ],
  ['the root needs no policy', { as: 'root' }, 'allowed', ORDER],
  [
    'across accounts an identity policy is not enough',
    { resourceAccount: OTHER, identity: allow },
    'implicit: resource-based policy',
    CROSS,
  ],
  ['nor is a resource policy', { resourceAccount: OTHER, resource: toRole }, 'implicit: identity-based policy', CROSS],
  ['both are', { resourceAccount: OTHER, resource: toRole, identity: allow }, 'allowed', CROSS],
  [
    'the account of the caller in the resource policy is',
    { resourceAccount: OTHER, resource: toAccount, identity: allow },
    'allowed',
    CROSS,
  ],
  [
    'a boundary counts across accounts, whomever the policy names',
    { resourceAccount: OTHER, resource: toSession, identity: allow, boundary: other },
    'implicit: permissions boundary',
    CROSS,
  ],
  [
    'the root of another account needs the resource policy',
    { as: 'root', resourceAccount: OTHER },
    'implicit: resource-based policy',
    CROSS,
  ],
  [
    "a key's policy must let the account's policies count",
    { identity: allow, trust: 'policy' },
    'implicit: resource-based policy',
    KEYS,
  ],
  ['it does by naming the account', { identity: allow, resource: toAccount, trust: 'policy' }, 'allowed', KEYS],
  ['and grants nothing by that', { resource: toAccount, trust: 'policy' }, 'implicit: identity-based policy', KEYS],
  ['it may name the role instead', { resource: toRole, trust: 'policy' }, 'allowed', KEYS],
  ['a service needs a resource policy', { as: 'sns', identity: allow }, 'implicit: resource-based policy', ORDER],
  ['that names it', { as: 'sns', resource: to({ Service: 'sns.amazonaws.com' }) }, 'allowed', ORDER],
  [
    'not another service',
    { as: 'sns', resource: to({ Service: 's3.amazonaws.com' }) },
    'implicit: resource-based policy',
    ORDER,
  ],
  ['not an account', { as: 'sns', resource: to({ AWS: [ACCOUNT, OTHER] }) }, 'implicit: resource-based policy', ORDER],
  ['an anonymous caller needs a policy for everybody', { as: 'anonymous', resource: toAll }, 'allowed', ORDER],
  ['a policy for accounts is not', { as: 'anonymous', resource: toAccount }, 'implicit: resource-based policy', ORDER],
  [
    'NotPrincipal with Deny spares who is named',
    {
      identity: allow,
      resource: statement({
        Effect: 'Deny',
        NotPrincipal: { AWS: [ROLE, `arn:aws:iam::${ACCOUNT}:root`] },
        Action: '*',
        Resource: '*',
      }),
    },
    'allowed',
    NOT_PRINCIPAL,
  ],
  [
    'and denies everybody else',
    {
      as: 'sns',
      resource: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Deny', NotPrincipal: { AWS: ROLE }, Action: '*', Resource: '*' },
          { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' },
        ],
      },
    },
    'explicit: resource-based policy',
    NOT_PRINCIPAL,
  ],
];

describe('the order of evaluation', () => {
  it.each(CASES)('%s', (_, given, expected) => {
    expect(outcome(given)).toBe(expected);
  });

  it('has a source for every row', () => {
    expect(CASES.filter(([, , , source]) => !source.startsWith('https://docs.aws.amazon.com/'))).toEqual([]);
  });
});
