import { expect, it } from 'vitest'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { designVariable } from '../../../src/fit/tests/design-variable.js'

const n = 24
const table = tableFrom({
  y: Array.from({ length: n }, (_, i) => (i * 7) % 5),
  x: Array.from({ length: n }, (_, i) => i),
  trt: Array.from({ length: n }, (_, i) => 'abc'[i % 3]),
  site: Array.from({ length: n }, (_, i) => `s${i % 4}`),
})

it('names the variable of each column, which a formula takes', () => {
  const formula = 'y ~ trt + site + x + poly(x, 2) + ns(x, df = 3) + I(x > 4) + log1p(x)'
  for (const contrasts of [undefined, 'trt=sum, site=poly']) {
    const model = stateModel(formula, table, { family: 'poisson', contrasts })
    const { names, aliased } = model.predictors[0].fixed
    const variables = new Set([...names, ...aliased].slice(1).map((name) => designVariable(name, model)))
    expect([...variables].sort()).toEqual(
      ['I(x > 4)', 'log1p(x)', 'ns(x, df = 3)', 'poly(x, 2)', 'site', 'trt', 'x'].sort(),
    )
    for (const variable of variables)
      expect(() => stateModel(`y ~ ${variable}`, table, { family: 'poisson' })).not.toThrow()
  }
})
