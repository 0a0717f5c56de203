import { getSecret } from '@aws-lambda-powertools/parameters/secrets';
import { getParametersByName } from '@aws-lambda-powertools/parameters/ssm';
import { finish } from '../support/contest.ts';

/* 25 parameters and 5 secrets, once. */
const names = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`/bench/test/plain/p${index}`, {}]));
await Promise.all([
  getParametersByName(names),
  ...Array.from({ length: 5 }, (_, index) => getSecret(`bench/test/keys/s${index}`)),
]);
finish({ operations: 1, cpuUs: 0, wallUs: 0 });
