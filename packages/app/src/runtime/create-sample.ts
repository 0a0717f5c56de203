/** EMF takes 100 values of a metric in one line; of more, a fair sample stands for all. */
const SAMPLE = 100;

/** Keeps every value of a stream with the same chance. */
export function createSample(random: () => number) {
  const values: number[] = [];
  let seen = 0;
  return {
    values,
    add(value: number) {
      seen += 1;
      if (values.length < SAMPLE) values.push(value);
      else {
        const at = Math.floor(random() * seen);
        if (at < SAMPLE) values[at] = value;
      }
    },
  };
}
