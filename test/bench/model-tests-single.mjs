// Level and power of the tests whose statistics are sums over levels (normality of the random effects, missing random slopes,
// correlation of neighbouring times) and of the flag for influential levels, in per cent of simulated data sets:
// `node test/bench/model-tests-single.mjs [SETS [FAMILY [SIZE [FAULT]]]]`, 1,000 sets of each by default. Data are y ~ x + t + (1 | g)
// with x uniform on (-1, 1), t the place in the level: counts exp(0.5 + 0.5 x + b), sd 0.5, phi 2; binomial of 10 and 0/1 with logit
// -0.3 + 0.7 x + b, sd 0.7; gaussian 1 + 0.5 x + b, sd 0.7, sigma 1. The slope of t is zero.
import { stateModel } from '../../dist/src/data/state-model.js'
import { tableFrom } from '../../dist/src/data/table-from.js'
import { estimate, glmOf } from '../../dist/src/fit/estimate.js'
import { startFrom } from '../../dist/src/fit/start.js'
import { influence } from '../../dist/src/fit/tests/influence.js'
import { levelTests } from '../../dist/src/fit/tests/level-tests.js'
import { likelihood } from '../../dist/src/likelihood/likelihood.js'
import { stream } from '../../dist/src/random/stream.js'

const [sets = 1000, onlyFamily, onlySize, onlyFault] = process.argv.slice(2)

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
const families = {
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
const sizes = { '30x10': [30, 10], '22x2': [22, 2], '100x5': [100, 5] }
/** What is wrong with the data: the effects' distribution (standardised), slopes' sd, autocorrelated disturbances. */
const exponential = (rng) => -Math.log(1 - rng.uniform()) - 1
const faults = {
  none: {},
  'exponential effects': { effect: exponential },
  'two groups of levels': { effect: (rng) => (rng.uniform() < 0.5 ? -0.9 : 0.9) + 0.43589 * rng.normal(), times: 2 },
  'slopes, sd as of effects': { slopes: 1 },
  'ar1 disturbances, 0.7': { ar: 0.7 },
  'one level 4 sd away': { outlier: 4 },
}

function dataOf(name, [m, n], fault, rng) {
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

for (const [faultName, fault] of Object.entries(faults)) {
  if (onlyFault && onlyFault !== faultName) continue
  for (const name of Object.keys(families)) {
    if (onlyFamily && onlyFamily !== name) continue
    for (const [size, numbers] of Object.entries(sizes)) {
      if (onlySize && onlySize !== size) continue
      const counts = { normality: 0, slopes: 0, autocorrelation: 0, influence: 0 }
      const tested = { normality: 0, slopes: 0, autocorrelation: 0, influence: 0 }
      let milliseconds = 0
      let fitting = 0
      for (let r = 0; r < Number(sets); r++) {
        const table = dataOf(name, numbers, fault, stream({ seed: 7, replicate: r, purpose: 'simulation' }))
        const family = families[name].family ?? name
        const formula = families[name].trials ? 'cbind(y, n - y) ~ x + t + (1 | g)' : 'y ~ x + t + (1 | g)'
        const model = {
          ...stateModel(formula, table, { family }),
          time: { name: 't', values: Float64Array.from(table.columns[2].values) },
        }
        const began = performance.now()
        const like = likelihood(model)
        const fitted = estimate(like, 1, startFrom(like, glmOf(model)))
        fitting += performance.now() - began
        if (!fitted.converged) continue
        const start = performance.now()
        const found = levelTests(model, fitted.parameters, { seed: r })
        const told = influence(model, fitted.parameters, 1)
        milliseconds += performance.now() - start
        const note = (key, p, alarm) => {
          if (p === null) return
          tested[key]++
          if (alarm) counts[key]++
        }
        note('normality', found.effectsNormality.p, found.effectsNormality.p < 0.05)
        note('slopes', found.randomSlopes.p, found.randomSlopes.p < 0.05)
        note('autocorrelation', found.autocorrelation.p, found.autocorrelation.p < 0.05)
        note('influence', told.method === 'not tested' ? null : 1, told.effect !== null)
      }
      const cells = Object.keys(counts).map(
        (key) =>
          `${key} ${((100 * counts[key]) / tested[key]).toFixed(1)}${tested[key] < sets ? ` (of ${tested[key]})` : ''}`,
      )
      console.log(
        `${faultName} | ${name} | ${size} | ${cells.join(' | ')} | fit ${(fitting / sets).toFixed(1)} ms, tests ${(milliseconds / sets).toFixed(1)} ms`,
      )
    }
  }
}
