import type { Drawn } from './family.js'

/** 1 / sigma^2 of a gamma or inverse Gaussian family. */
export const inverseSquareShape: Drawn = { name: 'shape', power: -2, prior: () => 'gamma(0.01, 0.01)' }

/** The shape of a negative binomial of quadratic variance: its prior leaves the Poisson limit reachable. */
export const shape: Drawn = { name: 'shape', power: 1, prior: () => 'inverse_gamma(0.4, 0.3)' }

/** The precision of a beta family. */
export const precision: Drawn = { name: 'phi', power: 1, prior: () => 'gamma(0.01, 0.01)' }

/** A residual standard deviation: half a t about 0, as wide as the response. */
export const residual: Drawn = { name: 'sigma', power: 1, prior: (scale) => `half_t(3, 0, ${2.5 * scale})` }

/** Probability of a zero, inflated or of a hurdle. */
export const chanceOfZero = (name: string): Drawn => ({ name, power: 1, prior: () => 'uniform(0, 1)' })
