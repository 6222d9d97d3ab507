/**
 * The one-sided upper bound of Clopper and Pearson (Biometrika 26, 1934): the probability at which so few hits or fewer have a
 * chance of `1 − confidence`. With no hit it is about 3 / trials.
 */
export function upperBound(hits: number, trials: number, confidence = 0.95): number {
  if (hits >= trials) return 1;
  let [low, high] = [hits / trials, 1];
  for (let halvings = 0; halvings < 60; halvings++) {
    const middle = (low + high) / 2;
    if (atMost(hits, trials, middle) > 1 - confidence) low = middle;
    else high = middle;
  }
  return high;
}

/** The probability of at most so many hits. */
function atMost(hits: number, trials: number, probability: number): number {
  const misses = trials - hits;
  let term = Math.exp(
    logFactorial(trials) -
      logFactorial(hits) -
      logFactorial(misses) +
      hits * Math.log(probability) +
      misses * Math.log1p(-probability),
  );
  let sum = 0;
  for (let count = hits; count >= 0 && term > sum * 1e-17; count--) {
    sum += term;
    term *= (count * (1 - probability)) / ((trials - count + 1) * probability);
  }
  return sum;
}

/** Exact below 32, and by Stirling's series from there on. */
function logFactorial(n: number): number {
  if (n < 32) return Array.from({ length: n }, (_, index) => Math.log(index + 1)).reduce((a, b) => a + b, 0);
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3);
}
