// Simulated data with groups, for the benches of the tests of a model: a table, y ~ x + (1 | g) with x uniform on (-1, 1) and t the
// place in the level. Counts exp(0.5 + 0.5 x + b), sd 0.5, phi 2; binomial of 10 and 0/1 with logit -0.3 + 0.7 x + b, sd 0.7; gaussian
// 1 + 0.5 x + b, sd 0.7, sigma 1.
import { tableFrom } from '../../dist/src/data/table-from.js'

const poisson = (rng, mean) => {
  let [k, p] = [0, rng.uniform()]
  const least = Math.exp(-mean)
  while (p > least) {
    p *= rng.uniform()
    k++
  }
  return k
}
/** Gamma of a whole number of half shapes: half a chi-square. */
const gammaOf = (rng, halves) => {
  let sum = 0
  for (let i = 0; i < halves; i++) sum += rng.normal() ** 2 / 2
  return sum
}
const binomial = (rng, n, eta) => {
  let count = 0
  for (let i = 0; i < n; i++) if (rng.uniform() < 1 / (1 + Math.exp(-eta))) count++
  return count
}
export const families = {
  poisson: { sd: 0.5, slope: 0.5, intercept: 0.5, draw: (rng, eta) => poisson(rng, Math.exp(eta)) },
  binomial10: {
    sd: 0.7,
    slope: 0.7,
    intercept: -0.3,
    family: 'binomial',
    trials: 10,
    draw: (rng, eta) => binomial(rng, 10, eta),
  },
  binary: { sd: 0.7, slope: 0.7, intercept: -0.3, family: 'binomial', draw: (rng, eta) => binomial(rng, 1, eta) },
  gaussian: { sd: 0.7, slope: 0.5, intercept: 1, draw: (rng, eta) => eta + rng.normal() },
  nbinom2: {
    sd: 0.5,
    slope: 0.5,
    intercept: 0.5,
    draw: (rng, eta) => poisson(rng, (Math.exp(eta) * gammaOf(rng, 4)) / 2),
  },
}
export const sizes = { '30x10': [30, 10], '22x2': [22, 2], '100x5': [100, 5] }
/** What is wrong with the data: the effects' distribution (standardised), slopes' sd, autocorrelated disturbances. */
const exponential = (rng) => -Math.log(1 - rng.uniform()) - 1
export const faults = {
  none: {},
  'exponential effects': { effect: exponential },
  'two groups of levels': { effect: (rng) => (rng.uniform() < 0.5 ? -0.9 : 0.9) + 0.43589 * rng.normal(), times: 2 },
  'slopes, sd as of effects': { slopes: 1 },
  'ar1 disturbances, 0.7': { ar: 0.7 },
  'one level 4 sd away': { outlier: 4 },
}

export function dataOf(name, [m, n], fault, rng) {
  const { sd, slope, intercept, draw, trials } = families[name]
  const table = { y: [], x: [], t: [], g: [], n: [] }
  for (let g = 0; g < m; g++) {
    let b = sd * (fault.times ?? 1) * (fault.effect ? fault.effect(rng) : rng.normal())
    if (fault.outlier && g === 0) b = sd * fault.outlier
    const c = (fault.slopes ?? 0) * sd * rng.normal()
    let e = 0
    for (let i = 0; i < n; i++) {
      const x = 2 * rng.uniform() - 1
      if (fault.ar) e = i === 0 ? rng.normal() : fault.ar * e + Math.sqrt(1 - fault.ar ** 2) * rng.normal()
      table.y.push(draw(rng, intercept + (slope + c) * x + b + sd * e))
      table.x.push(x)
      table.t.push(i)
      table.g.push(`g${g}`)
      table.n.push(trials ?? 1)
    }
  }
  return tableFrom(table)
}
