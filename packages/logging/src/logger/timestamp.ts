/**
 * Makes a function that writes times as `Date.prototype.toISOString` does. Most lines share their second with the one
 * before, whose text is kept.
 */
export function isoTimestamps(): (ms: number) => string {
  let second = Number.NaN;
  let text = '';
  return (ms) => {
    const whole = Math.trunc(ms);
    const rest = whole % 1_000;
    // Before 1970 the remainder is negative; NaN is no time, and toISOString says so.
    if (!(rest >= 0)) return new Date(ms).toISOString();
    if (whole - rest !== second) {
      text = new Date(whole).toISOString().slice(0, -'123Z'.length);
      second = whole - rest;
    }
    return `${text}${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}Z`;
  };
}
