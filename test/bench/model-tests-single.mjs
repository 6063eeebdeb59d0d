// Level and power of the tests whose statistics are sums over levels (normality of the random effects, missing random slopes,
// correlation of neighbouring times) and of the flag for influential levels, in per cent of simulated data sets:
// `node test/bench/model-tests-single.mjs [SETS [FAMILY [SIZE [FAULT]]]]`, 1,000 sets of each by default. Data are y ~ x + t + (1 | g)
// of grouped-data.mjs, the slope of t being zero.
import { stateModel } from '../../dist/src/data/state-model.js'
import { estimate, glmOf } from '../../dist/src/fit/climb/estimate.js'
import { startFrom } from '../../dist/src/fit/start/start.js'
import { influence } from '../../dist/src/fit/tests/influence.js'
import { levelTests } from '../../dist/src/fit/tests/level-tests.js'
import { likelihood } from '../../dist/src/likelihood/likelihood.js'
import { stream } from '../../dist/src/random/stream.js'
import { dataOf, families, faults, sizes } from './grouped-data.mjs'

const [sets = 1000, onlyFamily, onlySize, onlyFault] = process.argv.slice(2)

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
