/** A key that ends with one of these hides text. In lower case, without `-` and `_`. */
const SUFFIXES: readonly string[] = [
  'accesskey',
  'apikey',
  'authorization',
  'bearer',
  'connectionstring',
  'cookie',
  'credential',
  'credentials',
  'databaseurl',
  'jwt',
  'passphrase',
  'passwd',
  'password',
  'privatekey',
  'pwd',
  'secret',
  'secrets',
  'secretstring',
  'sessionid',
  'sessionkey',
  'sessid',
  'signature',
  'token',
];

/**
 * A key whose last word is one of these hides text: as mere endings they are part of `bypass`,
 * `inside` and the like.
 */
const WORDS: readonly string[] = ['auth', 'pass', 'sid', 'tokens'];
/** A key whose last word is one of these hides text and numbers. */
const NUMBER_WORDS: readonly string[] = ['pin', 'otp', 'cvv'];

/** Keys looked up lately; log keys are few, keys of user data may not be. */
const REMEMBERED_KEYS = 1_000;
/** Of a longer key only its end is looked at, which is what makes it sensitive. */
const LONGEST_KEY = 512;

type Hides = 'nothing' | 'text' | 'numbers';

/**
 * Answers whether the value under a key is hidden. Text, objects and arrays are hidden under every
 * sensitive key; numbers only under a PIN, a one-time password, a card's check value and the
 * caller's keys, since `tokens: 512` is a count; booleans and null never.
 */
export function sensitiveKeys(more: readonly string[]): (key: string, value: unknown) => boolean {
  const given = more.map(normalized).filter((key) => key !== '');
  const remembered = new Map<string, Hides>();

  function classify(key: string): Hides {
    const name = normalized(key);
    if (given.some((suffix) => name.endsWith(suffix)) || NUMBER_WORDS.some((word) => endsWithWord(key, word))) {
      return 'numbers';
    }
    if (SUFFIXES.some((suffix) => name.endsWith(suffix)) || WORDS.some((word) => endsWithWord(key, word)))
      return 'text';
    return 'nothing';
  }

  return (whole, value) => {
    const key = whole.length > LONGEST_KEY ? whole.slice(-LONGEST_KEY) : whole;
    let hides = remembered.get(key);
    if (hides === undefined) {
      hides = classify(key);
      if (remembered.size >= REMEMBERED_KEYS) remembered.clear();
      remembered.set(key, hides);
    }
    if (hides === 'nothing') return false;
    switch (typeof value) {
      case 'string':
        return true;
      case 'number':
      case 'bigint':
        return hides === 'numbers';
      case 'object':
        return value !== null;
      default:
        return false;
    }
  };
}

function normalized(key: string): string {
  return key.toLowerCase().replaceAll(/[-_\s.]/g, '');
}

/** `connect.sid`, `DB_PASS` and `basicAuth` end with a word; `bypass` and `inside` do not. */
function endsWithWord(key: string, word: string): boolean {
  if (!key.toLowerCase().endsWith(word)) return false;
  const at = key.length - word.length;
  const before = key.charAt(at - 1);
  return !/[a-z]/i.test(before) || (/[A-Z]/.test(key.charAt(at)) && /[a-z]/.test(before));
}
