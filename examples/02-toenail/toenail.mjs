// Binary visits of 294 patients: where Laplace's approximation fails, and how one sees it.
// Run it with: node examples/02-toenail/toenail.mjs
import { fileURLToPath } from 'node:url'
import { check, readTable } from 'glmm'

const table = await readTable(fileURLToPath(new URL('toenail.csv', import.meta.url)))

// Few draws, so that it takes seconds; the prior leaves room for a standard deviation of 4.
const checked = await check('y ~ treatment * time + (1 | patient)', table, {
  family: 'binomial',
  priors: ['b ~ normal(0, 2.5)', 'sd ~ half_cauchy(0, 2.5)'],
  warmup: 300,
  draws: 250,
  seed: 1,
})

const best = checked.rungs.at(-1)
console.log(`${''.padEnd(27)}Laplace  ${best.nodes} nodes      SE  shift in SE | posterior mean`)
for (const { parameter, laplace, best, se, shiftInSe, posteriorMean } of checked.comparison) {
  const numbers = [laplace.toFixed(4).padStart(8), best.toFixed(4).padStart(10), se.toFixed(4).padStart(8)]
  const shift = shiftInSe.toFixed(2).padStart(13)
  console.log(`${parameter.padEnd(26)}${numbers.join('')}${shift} | ${posteriorMean.toFixed(1).padStart(14)}`)
}

console.log('\nnodes      logLik  sd(patient)')
for (const { nodes, logLik, random } of checked.rungs) {
  console.log(`${String(nodes).padStart(5)}${logLik.toFixed(4).padStart(12)}${random[0].sd[0].toFixed(4).padStart(13)}`)
}

console.log(`\nLaplace is ${checked.verdict}:`)
for (const reason of checked.reasons) console.log(`  - ${reason}`)
