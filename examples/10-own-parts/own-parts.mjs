// A family, a link and a covariance of one's own, fitted, and sampled on worker threads.
// Run it with: node examples/10-own-parts/own-parts.mjs
import { fileURLToPath } from 'node:url'
import { fit, readTable, sample } from 'glmm'
import { inlineExecutor } from 'glmm/workers'

const own = new URL('own.js', import.meta.url)
await import(own)

const data = (path) => readTable(fileURLToPath(new URL(`../${path}`, import.meta.url)))
const salamanders = await data('04-counts/salamanders.csv')
const betablocker = await data('01-betablocker/betablocker.csv')

const trials = 'cbind(r, n - r) ~ treat'
const cases = [
  ['poisson', salamanders, 'count ~ mined + (1 | site)', { family: 'poisson' }],
  ['geometric, own', salamanders, 'count ~ mined + (1 | site)', { family: 'geometric' }],
  ['cloglog, deaths', betablocker, `${trials} + (1 | center)`, { link: 'cloglog' }],
  ['loglog, own, survivors', betablocker, 'cbind(n - r, r) ~ treat + (1 | center)', { link: 'loglog' }],
  ['(1 | center:treat)', betablocker, `${trials} + (1 | center:factor(treat))`, {}],
  ['equal, own', betablocker, `${trials} + equal(0 + factor(treat) | center)`, {}],
]
for (const [name, table, formula, options] of cases) {
  const { logLik, fixed, random } = fit(formula, table, options)
  const numbers = [logLik.toFixed(4), fixed[1].estimate.toFixed(4), random[0].sd[0].toFixed(4)]
  console.log(name.padEnd(24) + numbers.map((one) => one.padStart(12)).join(''))
}

console.log('')
for (const [name, table, formula, options] of cases.filter(
  ([label, of]) => label.includes('own') && of === betablocker,
)) {
  const run = { ...options, sampler: 'marginal', chains: 2, warmup: 50, draws: 20, seed: 1 }
  const threads = await sample(formula, table, { ...run, modules: [own], threads: 2 })
  const inline = await sample(formula, table, { ...run, executor: inlineExecutor })
  const same = JSON.stringify(threads.summary) === JSON.stringify(inline.summary)
  console.log(`${name.padEnd(24)} drawn on worker threads: ${same ? 'the same bits as in this one' : 'other draws'}`)
}
