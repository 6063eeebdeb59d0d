import { logGamma } from '../numerics/special.js'
import type { Distribution, DistributionMaker } from './distribution.js'

type Density = Pick<Distribution, 'logDensity' | 'slope'>

const normal = (mean: number, sd: number): Density => {
  const constant = -Math.log(sd) - 0.5 * Math.log(2 * Math.PI)
  return {
    logDensity: (x) => constant - 0.5 * ((x - mean) / sd) ** 2,
    slope: (x) => (mean - x) / (sd * sd),
  }
}

const studentT = (df: number, location: number, scale: number): Density => {
  const constant = logGamma((df + 1) / 2) - logGamma(df / 2) - 0.5 * Math.log(df * Math.PI) - Math.log(scale)
  return {
    logDensity: (x) => constant - ((df + 1) / 2) * Math.log1p(((x - location) / scale) ** 2 / df),
    slope: (x) => (-(df + 1) * (x - location)) / (df * scale * scale + (x - location) ** 2),
  }
}

/** A density symmetric about 0 folded onto x >= 0, where half of its mass lies. */
const half = (density: Density): Density => ({
  logDensity: (x) => (x < 0 ? Number.NEGATIVE_INFINITY : Math.LN2 + density.logDensity(x)),
  slope: density.slope,
})

const exponential = (rate: number): Density => ({
  logDensity: (x) => (x < 0 ? Number.NEGATIVE_INFINITY : Math.log(rate) - rate * x),
  slope: () => -rate,
})

/** Every distribution a prior may name. The half_ ones are centred at 0, their first location argument must be 0. */
export const distributions: readonly DistributionMaker[] = [
  { name: 'normal', arguments: ['mean', 'sd'], scale: ['sd'], positive: false, make: normal },
  {
    name: 'student_t',
    arguments: ['df', 'location', 'scale'],
    scale: ['df', 'scale'],
    positive: false,
    make: studentT,
  },
  {
    name: 'cauchy',
    arguments: ['location', 'scale'],
    scale: ['scale'],
    positive: false,
    make: (m, s) => studentT(1, m, s),
  },
  { name: 'half_normal', arguments: ['zero', 'sd'], scale: ['sd'], positive: true, make: (_, s) => half(normal(0, s)) },
  {
    name: 'half_cauchy',
    arguments: ['zero', 'scale'],
    scale: ['scale'],
    positive: true,
    make: (_, s) => half(studentT(1, 0, s)),
  },
  {
    name: 'half_t',
    arguments: ['df', 'zero', 'scale'],
    scale: ['df', 'scale'],
    positive: true,
    make: (d, _, s) => half(studentT(d, 0, s)),
  },
  { name: 'exponential', arguments: ['rate'], scale: ['rate'], positive: true, make: exponential },
]
