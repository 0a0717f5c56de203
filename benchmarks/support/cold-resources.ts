/** The values that the handlers load: one parameter, one secret. */
export const COLD_RESOURCES = {
  TaxRate: {
    Type: 'AWS::SSM::Parameter',
    Properties: { Type: 'String', Name: '/bench/test/pricing/taxRate', Value: '0.19' },
  },
  ApiKey: {
    Type: 'AWS::SecretsManager::Secret',
    Properties: { Name: 'bench/test/payments/apiKey', SecretString: 'a-secret-of-some-length' },
  },
} as const;
