import { describe, expect, it } from 'vitest';
import { readParameters } from './parameters.ts';

const DEFINITIONS = {
  Stage: { Type: 'String', AllowedPattern: '[a-z]+', Description: 'e.g. dev' },
  Size: { Type: 'Number', Default: 3, MinValue: 1, MaxValue: 5 },
  Tier: { Type: 'String', Default: 'small', AllowedValues: ['small', 'large'] },
  Zones: { Type: 'CommaDelimitedList', Default: 'a, b' },
  Key: { Type: 'String', NoEcho: true, MinLength: 20, Default: 'x'.repeat(20) },
  Bootstrap: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/version' },
};

describe('readParameters', () => {
  it('takes defaults, lists and given values', () => {
    const { values, stored } = readParameters(DEFINITIONS, { Stage: 'dev', Size: '5' });
    expect(Object.fromEntries(values)).toEqual({
      Stage: 'dev',
      Size: '5',
      Tier: 'small',
      Zones: ['a', 'b'],
      Key: 'x'.repeat(20),
      Bootstrap: '/cdk-bootstrap/version',
    });
    expect([...stored]).toEqual(['Bootstrap']);
  });

  it('lists every fault at once', () => {
    expect(() => readParameters(DEFINITIONS, { Size: '6', Tier: 'medium', Unknown: '1' })).toThrow(
      'Cannot provision the template: Unknown is not a parameter of the template (Stage, Size, Tier, Zones, Key, Bootstrap); Stage is missing and has no default (e.g. dev); Size is more than 5; Tier is not one of small, large',
    );
  });

  it.each([
    [{ Stage: 'Dev' }, 'Stage does not match [a-z]+'],
    [{ Stage: 'dev2' }, 'Stage does not match'],
    [{ Stage: 'dev', Size: 'many' }, 'Size is not a number'],
    [{ Stage: 'dev', Size: '' }, 'Size is not a number'],
    [{ Stage: 'dev', Size: '0' }, 'Size is less than 1'],
  ])('refuses %j', (given, message) => {
    expect(() => readParameters(DEFINITIONS, given as Record<string, string>)).toThrow(message);
  });

  it('never shows a value', () => {
    expect(() => readParameters(DEFINITIONS, { Stage: 'dev', Key: 'hunter2' })).toThrow(
      /: Key is shorter than 20 characters$/,
    );
  });
});
