import type { Rng } from './stream.js'

/**
 * Gamma variate of scale 1 (Marsaglia and Tsang 2000); a shape below 1 is raised by one and brought back by a power of
 * a uniform.
 */
export function gammaVariate(rng: Rng, shape: number): number {
  if (shape < 1) return gammaVariate(rng, shape + 1) * (1 - rng.uniform()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = rng.normal()
    const root = 1 + c * x
    if (root <= 0) continue
    const v = root * root * root
    if (Math.log(1 - rng.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}

/** Beta variate, as the share of one of two gamma variates. Shapes so small that both underflow give 0 or 1. */
export function betaVariate(rng: Rng, a: number, b: number): number {
  const x = gammaVariate(rng, a)
  const y = gammaVariate(rng, b)
  if (x + y > 0) return x / (x + y)
  return rng.uniform() * (a + b) < a ? 1 : 0
}
