import { describe, expect, it } from 'vitest';
import { assertTarget, atTarget, environmentName, parameterTemplate, secretTemplate } from './names.ts';

describe('names', () => {
  it.each([
    [['pricing', 'taxRate'], 'PRICING_TAX_RATE'],
    [['payments', 'apiKey'], 'PAYMENTS_API_KEY'],
    [['http', 'baseURL'], 'HTTP_BASE_URL'],
    [['URLPath'], 'URL_PATH'],
    [['retry-after', 'max_ms'], 'RETRY_AFTER_MAX_MS'],
    [['s3Bucket2'], 'S3_BUCKET2'],
    [['port'], 'PORT'],
  ])('%j is %s in the environment', (path, env) => {
    expect(environmentName(path)).toBe(env);
  });

  it('keeps the path verbatim in the stores', () => {
    const target = { app: 'orders', stage: 'prod' };
    expect(atTarget(parameterTemplate(['pricing', 'taxRate']), target)).toBe('/orders/prod/pricing/taxRate');
    expect(atTarget(secretTemplate(['payments', 'apiKey']), target)).toBe('orders/prod/payments/apiKey');
  });

  it.each([
    [{ app: 'Orders', stage: 'prod' }, /app "Orders"/],
    [{ app: 'orders', stage: '' }, /stage ""/],
    [{ app: 'orders', stage: '{stage}' }, /stage "\{stage\}"/],
    [{ app: 'orders', stage: undefined as unknown as string }, /stage undefined/],
    [{ app: 'aws-orders', stage: 'prod' }, /refuses names that begin with aws or ssm/],
  ])('refuses %j', (target, message) => {
    expect(() => assertTarget(target)).toThrow(message);
  });
});
