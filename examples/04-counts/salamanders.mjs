// Counts of salamanders at 23 sites: too many zeros for a Poisson model, and what they are due to.
// Run it with: node examples/04-counts/salamanders.mjs
import { fileURLToPath } from 'node:url'
import { fit, readTable } from 'glmm'

const table = await readTable(fileURLToPath(new URL('salamanders.csv', import.meta.url)))
const formula = 'count ~ mined + spp + (1 | site)'

const models = {
  Poisson: { family: 'poisson' },
  'negative binomial 1': { family: 'nbinom1' },
  'negative binomial 2': { family: 'nbinom2' },
  'zero-inflated Poisson': { family: 'poisson', zi: '~ mined' },
  'zero-inflated nbinom2': { family: 'nbinom2', zi: '~ mined' },
  'hurdle nbinom2': { family: 'truncated_nbinom2', zi: '~ mined' },
}

console.log(`${''.padEnd(24)}parameters      logLik       AIC  mined in mean  mined in zeros`)
const fits = new Map()
for (const [name, options] of Object.entries(models)) {
  const fitted = fit(formula, table, options)
  fits.set(name, fitted)
  const zi = fitted.further.find(({ predictor }) => predictor === 'zi')
  const numbers = [
    String(fitted.df).padStart(10),
    fitted.logLik.toFixed(4).padStart(12),
    fitted.aic.toFixed(2).padStart(10),
    fitted.fixed[1].estimate.toFixed(3).padStart(15),
    (zi ? zi.fixed[1].estimate.toFixed(3) : '').padStart(16),
  ]
  console.log((name.padEnd(24) + numbers.join('')).trimEnd())
}

const shown = fits.get('zero-inflated nbinom2')
console.log('\nZero-inflated negative binomial')
const line = (name, { estimate, se }) =>
  console.log(`${name.padEnd(24)}${estimate.toFixed(3).padStart(10)}${se.toFixed(3).padStart(10)}`)
console.log(`${''.padEnd(24)}  Estimate        SE`)
for (const one of shown.fixed) line(one.name, one)
const zi = shown.further.find(({ predictor }) => predictor === 'zi')
for (const one of zi.fixed) line(`zi: ${one.name}`, one)
line('phi', shown.dispersion.phi)
line('sd(site)', { estimate: shown.random[0].sd[0], se: shown.random[0].sdSe[0] })

const { verdict, maxShiftInSe, nodes } = shown.certificate
console.log(
  `\nLaplace is ${verdict}: ${nodes} nodes ask for a move of about ${maxShiftInSe.toFixed(2)} standard errors`,
)
const exact = fit(formula, table, { ...models['zero-inflated nbinom2'], nodes: 25 })
console.log(`With 25 nodes: logLik ${exact.logLik.toFixed(4)}, sd(site) ${exact.random[0].sd[0].toFixed(4)}`)
