// Simulation-based calibration of every sampler on three small models, binomial with 6 groups of 5 rows: random intercept, random
// slope, crossed factors. Prints, for each, the p-value of the simultaneous band for every parameter, the first level's
// effects and the joint log-likelihood. `node test/bench/calibration.mjs REPLICATES [MODEL [SAMPLER [SEED]]]`; 1,000 by default.
// With one seed all samplers see the same data sets and truths, whose chances they share.
import { study, tableFrom } from '../../dist/src/index.js'

const [replicates = 1000, onlyModel, onlySampler, seed = 1] = process.argv.slice(2)
const n = 30
const column = (of) => Array.from({ length: n }, (_, i) => of(i))
const data = tableFrom({
  y: column((i) => i % 4),
  m: column(() => 4),
  x: column((i) => (i % 5) / 2 - 1),
  g: column((i) => `g${Math.floor(i / 5)}`),
  h: column((i) => `h${i % 5}`),
})
const priors = ['b ~ normal(0, 1)', 'sd ~ half_normal(0, 1)']
const chains = [
  { name: 'nuts', thin: 5 },
  { name: 'marginal', thin: 5 },
  { name: 'independence', thin: 5 },
  { name: 'polya-gamma', thin: 20 },
  { name: 'hmc', thin: 20 },
  { name: 'random-walk', thin: 300, warmup: 2000 },
  'laplace',
]
const models = [
  ['random intercept', 'cbind(y, m - y) ~ x + (1 | g)', [...chains, 'quadrature']],
  ['random slope', 'cbind(y, m - y) ~ x + (x | g)', chains],
  [
    'crossed',
    'cbind(y, m - y) ~ x + (1 | g) + (1 | h)',
    chains.filter(({ name }) => name !== 'marginal' && name !== 'independence'),
  ],
]
for (const [name, formula, samplers] of models) {
  if (onlyModel && onlyModel !== name) continue
  for (const sampler of samplers) {
    const label = sampler.name ?? sampler
    if (onlySampler && onlySampler !== label) continue
    const more = name === 'random slope' ? ['cor ~ lkj(2)'] : []
    const spec = {
      kind: 'calibration',
      seed: Number(seed),
      replicates: Number(replicates),
      data,
      family: 'binomial',
      formula,
      sample: { sampler, priors: [...priors, ...more] },
    }
    const { measures, execution } = await study(spec, { threads: 1 })
    const told = measures.filter(({ p }) => p !== null)
    const cells = told.map(
      ({ parameter, p, inside }) => `${parameter} ${p.toPrecision(2)}${inside === 'no' ? '!' : ''}`,
    )
    const cost = `${execution.rows} rows, ${execution.failed} failed, ${(execution.milliseconds / execution.rows).toFixed(0)} ms a row`
    console.log(`${name} | ${label} | ${cost} | ${cells.join(', ')}`)
  }
}
