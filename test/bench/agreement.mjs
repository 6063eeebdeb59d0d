// Samplers against each other and against references that share no code with them: the largest distance of any mean or
// standard deviation, random effects included, in combined Monte Carlo standard errors. `--only TEXT` picks models by
// name, `--draws N` sets the draws a chain (4 chains, 1000 iterations of warm-up), `--seed N`.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readTable, sample } from '../../dist/src/index.js'
import { inlineExecutor } from '../../dist/workers/index.js'
import { cases } from './samplers-cases.mjs'

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    draws: { type: 'string', default: '2500' },
    seed: { type: 'string', default: '31' },
  },
})
const json = (name) => JSON.parse(readFileSync(new URL(`../reference/${name}.json`, import.meta.url), 'utf8'))
const importance = json('importance-posteriors')
const jags = json('jags-posterior')
const oneEffect = ['nuts', 'marginal', 'independence', 'polya-gamma', 'quadrature']
const binomial = (sd) => ['b ~ normal(0, 2.5)', `sd ~ ${sd}`]
const cauchy = binomial('half_cauchy(0, 2.5)')
const runs = [
  { name: 'betablocker', priors: binomial('half_normal(0, 1)'), samplers: oneEffect },
  { name: 'cbpp', priors: cauchy, samplers: oneEffect, reference: ofImportance('cbpp') },
  { name: 'epil', priors: cauchy, samplers: ['nuts', 'marginal', 'independence'], reference: ofImportance('epil') },
  { name: 'toenail', priors: cauchy, samplers: oneEffect, reference: ofImportance('toenail') },
  {
    name: 'Contraception, slope',
    priors: binomial('exponential(1)'),
    samplers: ['nuts', 'marginal', 'independence', 'polya-gamma'],
  },
  { name: 'VerbAgg', priors: jags.VerbAgg.priors, samplers: ['nuts', 'polya-gamma'], reference: ofJags('VerbAgg') },
].filter(({ name }) => flags.only === undefined || name.includes(flags.only))

/** Figures in the order of the draws. */
function ofImportance(name) {
  const { importanceEss: ess, parameters, effects } = importance[name]
  const all = [...parameters, ...effects.map(([mean, sd]) => ({ mean, sd }))]
  const of = all.map(({ mean, sd }) => ({ mean, sd, mcse: sd / Math.sqrt(ess), mcseSd: sd / Math.sqrt(2 * ess) }))
  return (summary) => (summary.length === of.length ? of : null)
}

/** Figures by name: beta[x] is b_x, sigma[g] is sd_g__Intercept, g[level] is r_g[level,Intercept]. */
function ofJags(name) {
  const { parameters, effects } = jags[name]
  const named = new Map(
    [...parameters, ...effects].map(({ name: of, mean, sd, mcse, ess }) => {
      const [, what, which] = /^(\w+)\[\(?(\w+)\)?\]$/.exec(of)
      const ours =
        what === 'beta' ? `b_${which}` : what === 'sigma' ? `sd_${which}__Intercept` : `r_${what}[${which},Intercept]`
      return [ours, { mean, sd, mcse, mcseSd: sd / Math.sqrt(2 * ess) }]
    }),
  )
  return (summary) => {
    const found = summary.map((one) => named.get(one.name))
    return found.every(Boolean) ? found : null
  }
}

/** The largest distance of two lists of figures. */
function farthest(a, b) {
  let [most, where] = [0, '']
  a.forEach((one, j) => {
    const other = b[j]
    for (const [field, error] of [
      ['mean', 'mcse'],
      ['sd', 'mcseSd'],
    ]) {
      const distance = Math.abs(one[field] - other[field]) / Math.hypot(one[error], other[error])
      if (!(distance <= most)) [most, where] = [distance, `${field} of ${one.name ?? other.name}`]
    }
  })
  return `${most.toFixed(2).padStart(6)}  (${where})`
}

console.log(
  'Largest distance of a mean or sd in combined Monte Carlo standard errors; of n figures a correct pair shows',
)
console.log('about sqrt(2 log n): 3.2 of 100, 3.7 of 700\n')
for (const { name, priors, samplers, reference } of runs) {
  const { data, formula, family } = cases.find((one) => one.name === name)
  const table = await readTable(data)
  const found = []
  for (const sampler of samplers) {
    const chains =
      sampler === 'quadrature' ? {} : { chains: 4, warmup: 1000, draws: Number(flags.draws), seed: Number(flags.seed) }
    const { summary } = await sample(formula, table, { family, priors, sampler, ...chains, executor: inlineExecutor })
    const exact = sampler === 'quadrature' ? { mcse: 0, mcseSd: 0 } : {}
    found.push({ sampler, figures: summary.map((one) => ({ ...one, ...exact })) })
  }
  const truth = reference?.(found[0].figures)
  if (truth) found.push({ sampler: 'reference', figures: truth })
  console.log(
    `${name}, ${2 * found[0].figures.length} figures${reference && !truth ? '; the reference does not fit' : ''}`,
  )
  found.forEach(({ sampler, figures }, a) => {
    for (const other of found.slice(0, a)) {
      console.log(`  ${other.sampler.padEnd(11)} ${sampler.padEnd(11)} ${farthest(other.figures, figures)}`)
    }
  })
}
