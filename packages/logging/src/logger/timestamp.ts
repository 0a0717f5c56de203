/**
 * Makes a function that writes times as `Date.prototype.toISOString` does. Most lines share their second with the one
 * before, in a burst their millisecond too, whose text is kept.
 */
export function isoTimestamps(): (ms: number) => string {
  let last = Number.NaN;
  let lastText = '';
  let second = Number.NaN;
  let text = '';
  return (ms) => {
    if (ms === last) return lastText;
    const whole = Math.trunc(ms);
    const rest = whole % 1_000;
    // Before 1970 the remainder is negative; NaN is no time, and toISOString says so.
    if (!(rest >= 0)) return new Date(ms).toISOString();
    if (whole - rest !== second) {
      text = new Date(whole).toISOString().slice(0, -'123Z'.length);
      second = whole - rest;
    }
    last = ms;
    lastText = `${text}${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}Z`;
    return lastText;
  };
}
