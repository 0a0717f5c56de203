import { randomInt } from 'node:crypto';
import { readBoolean, readInteger, readString } from '../../core/input.ts';
import type { Action } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';

const LOWERCASE = 'abcdefghijklmnopqrstuvwxyz';
const KINDS = [
  { switchedOffBy: 'ExcludeLowercase', letters: LOWERCASE },
  { switchedOffBy: 'ExcludeUppercase', letters: LOWERCASE.toUpperCase() },
  { switchedOffBy: 'ExcludeNumbers', letters: '0123456789' },
  { switchedOffBy: 'ExcludePunctuation', letters: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~' },
];
const DEFAULT_LENGTH = 32;

const refused = (message: string) => new ServiceError('InvalidParameterException', message);

const pick = (letters: string) => letters.charAt(randomInt(letters.length));

function shuffle(letters: string[]): string {
  for (let last = letters.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    const [a = '', b = ''] = [letters[last], letters[other]];
    letters[last] = b;
    letters[other] = a;
  }
  return letters.join('');
}

export const getRandomPassword: Action = (input, context) => {
  context.touches('*');
  const length = readInteger(input, 'PasswordLength', { min: 1, max: 4096 }) ?? DEFAULT_LENGTH;
  const excluded = new Set(readString(input, 'ExcludeCharacters', { max: 4096 }) ?? '');
  const without = (letters: string) => [...letters].filter((letter) => !excluded.has(letter)).join('');
  const included = KINDS.filter(({ switchedOffBy }) => !readBoolean(input, switchedOffBy)).map(({ letters }) =>
    without(letters),
  );
  if (readBoolean(input, 'IncludeSpace')) included.push(without(' '));
  const kinds = included.filter((letters) => letters !== '');
  const all = kinds.join('');
  if (all === '') throw refused('No characters are left to make a password of.');
  const required = (readBoolean(input, 'RequireEachIncludedType') ?? true) ? kinds : [];
  if (length < required.length) throw refused('Password length is too short based on the required types.');
  const letters = [...required.map(pick), ...Array.from({ length: length - required.length }, () => pick(all))];
  return { RandomPassword: shuffle(letters) };
};
