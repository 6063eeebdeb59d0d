import { logBeta, logGamma } from '../numerics/special.js'
import { betaVariate, gammaVariate } from '../random/gamma-variate.js'
import type { Rng } from '../random/stream.js'
import type { Distribution, DistributionMaker } from './distribution.js'

type Density = Pick<Distribution, 'logDensity' | 'slope' | 'gaussian' | 'draw'>

const normal = (mean: number, sd: number): Density => {
  const constant = -Math.log(sd) - 0.5 * Math.log(2 * Math.PI)
  return {
    logDensity: (x) => constant - 0.5 * ((x - mean) / sd) ** 2,
    slope: (x) => (mean - x) / (sd * sd),
    gaussian: { mean, precision: 1 / (sd * sd) },
    draw: (rng) => mean + sd * rng.normal(),
  }
}

/** Standard exponential. */
const exponentialVariate = ({ uniform }: Rng): number => -Math.log1p(-uniform())

const studentT = (df: number, location: number, scale: number): Density => {
  const constant = logGamma((df + 1) / 2) - logGamma(df / 2) - 0.5 * Math.log(df * Math.PI) - Math.log(scale)
  return {
    logDensity: (x) => constant - ((df + 1) / 2) * Math.log1p(((x - location) / scale) ** 2 / df),
    slope: (x) => (-(df + 1) * (x - location)) / (df * scale * scale + (x - location) ** 2),
    draw: (rng) => location + (scale * rng.normal()) / Math.sqrt((2 * gammaVariate(rng, df / 2)) / df),
  }
}

const laplace = (location: number, scale: number): Density => ({
  logDensity: (x) => -Math.abs(x - location) / scale - Math.log(2 * scale),
  slope: (x) => -Math.sign(x - location) / scale,
  draw: (rng) => location + scale * (exponentialVariate(rng) - exponentialVariate(rng)),
})

const logistic = (location: number, scale: number): Density => ({
  logDensity: (x) => {
    const z = Math.abs(x - location) / scale
    return -z - 2 * Math.log1p(Math.exp(-z)) - Math.log(scale)
  },
  slope: (x) => -Math.tanh((x - location) / (2 * scale)) / scale,
  // The logarithm of a ratio of exponential variates.
  draw: (rng) => location + scale * Math.log(exponentialVariate(rng) / exponentialVariate(rng)),
})

/** A density symmetric about 0 folded onto x >= 0, where half of its mass lies. */
const half = (density: Density): Density =>
  onlyPositive({
    logDensity: (x) => Math.LN2 + density.logDensity(x),
    slope: density.slope,
    draw: density.draw && ((rng) => Math.abs(density.draw!(rng))),
  })

/** The same, nowhere but on finite x from 0 on. */
const onlyPositive = ({ logDensity, slope, draw }: Density): Density => ({
  logDensity: (x) => (x >= 0 && x < Number.POSITIVE_INFINITY ? logDensity(x) : Number.NEGATIVE_INFINITY),
  slope,
  draw,
})

/** k log x, with 0 log 0 = 0. */
const timesLog = (k: number, x: number): number => (k === 0 ? 0 : k * Math.log(x))

const exponential = (rate: number): Density =>
  onlyPositive({
    logDensity: (x) => Math.log(rate) - rate * x,
    slope: () => -rate,
    draw: (rng) => exponentialVariate(rng) / rate,
  })

const gamma = (shape: number, rate: number): Density =>
  onlyPositive({
    logDensity: (x) => shape * Math.log(rate) - logGamma(shape) + timesLog(shape - 1, x) - rate * x,
    slope: (x) => (shape - 1) / x - rate,
    draw: (rng) => gammaVariate(rng, shape) / rate,
  })

const inverseGamma = (shape: number, scale: number): Density =>
  onlyPositive({
    logDensity: (x) =>
      x === 0
        ? Number.NEGATIVE_INFINITY
        : shape * Math.log(scale) - logGamma(shape) - (shape + 1) * Math.log(x) - scale / x,
    slope: (x) => (scale / x - (shape + 1)) / x,
    draw: (rng) => scale / gammaVariate(rng, shape),
  })

const lognormal = (mean: number, sd: number): Density => {
  const { logDensity, slope } = normal(mean, sd)
  return onlyPositive({
    logDensity: (x) => (x === 0 ? Number.NEGATIVE_INFINITY : logDensity(Math.log(x)) - Math.log(x)),
    slope: (x) => (slope(Math.log(x)) - 1) / x,
    draw: (rng) => Math.exp(mean + sd * rng.normal()),
  })
}

const beta = (a: number, b: number): Density => ({
  logDensity: (x) =>
    x < 0 || x > 1 ? Number.NEGATIVE_INFINITY : timesLog(a - 1, x) + timesLog(b - 1, 1 - x) - logBeta(a, b),
  slope: (x) => (a - 1) / x - (b - 1) / (1 - x),
  draw: (rng) => betaVariate(rng, a, b),
})

const uniform = (low: number, high: number): Density => ({
  logDensity: (x) => (x < low || x > high ? Number.NEGATIVE_INFINITY : -Math.log(high - low)),
  slope: () => 0,
  draw: (rng) => low + (high - low) * rng.uniform(),
})

type Support = Pick<DistributionMaker, 'support'>
const real: Support = { support: () => [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] }
const positive: Support = { support: () => [0, Number.POSITIVE_INFINITY] }

/** Every distribution a prior on a number may name. The half_ ones are centred at 0: their location must be 0. */
export const distributions: readonly DistributionMaker[] = [
  { name: 'normal', arguments: ['mean', 'sd'], positive: ['sd'], ...real, make: normal },
  { name: 'student_t', arguments: ['df', 'location', 'scale'], positive: ['df', 'scale'], ...real, make: studentT },
  {
    name: 'cauchy',
    arguments: ['location', 'scale'],
    positive: ['scale'],
    ...real,
    make: (m, s) => studentT(1, m, s),
  },
  { name: 'laplace', arguments: ['location', 'scale'], positive: ['scale'], ...real, make: laplace },
  { name: 'logistic', arguments: ['location', 'scale'], positive: ['scale'], ...real, make: logistic },
  { name: 'half_normal', arguments: ['zero', 'sd'], positive: ['sd'], ...positive, make: (_, s) => half(normal(0, s)) },
  {
    name: 'half_cauchy',
    arguments: ['zero', 'scale'],
    positive: ['scale'],
    ...positive,
    make: (_, s) => half(studentT(1, 0, s)),
  },
  {
    name: 'half_t',
    arguments: ['df', 'zero', 'scale'],
    positive: ['df', 'scale'],
    ...positive,
    make: (d, _, s) => half(studentT(d, 0, s)),
  },
  { name: 'exponential', arguments: ['rate'], positive: ['rate'], ...positive, make: exponential },
  { name: 'gamma', arguments: ['shape', 'rate'], positive: ['shape', 'rate'], ...positive, make: gamma },
  {
    name: 'inverse_gamma',
    arguments: ['shape', 'scale'],
    positive: ['shape', 'scale'],
    ...positive,
    make: inverseGamma,
  },
  { name: 'lognormal', arguments: ['mean', 'sd'], positive: ['sd'], ...positive, make: lognormal },
  { name: 'beta', arguments: ['a', 'b'], positive: ['a', 'b'], support: () => [0, 1], make: beta },
  { name: 'uniform', arguments: ['low', 'high'], positive: [], support: (low, high) => [low, high], make: uniform },
  {
    name: 'flat',
    arguments: [],
    positive: [],
    ...real,
    improper: true,
    make: () => ({ logDensity: () => 0, slope: () => 0, gaussian: { mean: 0, precision: 0 }, draw: null }),
  },
]
