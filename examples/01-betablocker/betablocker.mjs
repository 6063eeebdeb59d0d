// Twenty-two centres, three ways: Laplace, quadrature with 25 nodes, and the posterior, beside each other.
// Run it with: node examples/01-betablocker/betablocker.mjs
import { fileURLToPath } from 'node:url'
import { check, fit, readTable, sample } from 'glmm'

const table = await readTable(fileURLToPath(new URL('betablocker.csv', import.meta.url)))
const formula = 'cbind(r, n - r) ~ treat + (1 | center)'
const family = 'binomial'
const priors = ['b ~ normal(0, 2.5)', 'sd ~ half_normal(0, 1)']

const laplace = fit(formula, table, { family })
const exact = fit(formula, table, { family, nodes: 25 })
const posterior = await sample(formula, table, { family, priors, chains: 4, draws: 1000, seed: 1 })
const checked = await check(formula, table, { family, priors, seed: 1 })

/** The fixed effects and the standard deviation between centres, as one list. */
const estimates = ({ fixed, random }) => [...fixed.map(({ estimate }) => estimate), random[0].sd[0]]
const names = [...exact.fixed.map(({ name }) => name), 'sd(center)']
const [byLaplace, byQuadrature] = [estimates(laplace), estimates(exact)]

console.log('                 Laplace  25 nodes |  posterior mean     sd   95 % interval')
names.forEach((name, j) => {
  const { mean, sd, q2_5, q97_5 } = posterior.summary[j]
  const left = `${name.padEnd(14)}${byLaplace[j].toFixed(5).padStart(10)}${byQuadrature[j].toFixed(5).padStart(10)}`
  const interval = `${q2_5.toFixed(2)} to ${q97_5.toFixed(2)}`
  console.log(`${left} | ${mean.toFixed(2).padStart(15)}${sd.toFixed(2).padStart(7)}   ${interval}`)
})
console.log(`logLik        ${laplace.logLik.toFixed(4).padStart(10)}${exact.logLik.toFixed(4).padStart(10)} |`)

const [ratio] = checked.ratios
const wald = `${ratio.lower.toFixed(3)} to ${ratio.upper.toFixed(3)}`
const credible = `${ratio.posteriorLower.toFixed(2)} to ${ratio.posteriorUpper.toFixed(2)}`
console.log(`\nOdds ratio of death under treatment: ${ratio.estimate.toFixed(3)} (${wald}) |`)
console.log(`  a posteriori | ${ratio.posteriorMedian.toFixed(2)} (${credible})`)

console.log(`\nLaplace is ${checked.verdict}:`)
for (const reason of checked.reasons) console.log(`  - ${reason}`)
