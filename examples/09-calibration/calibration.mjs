// Can the posteriors be trusted for data like these? True values from the prior, ranked among draws from each posterior.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { study } from 'glmm'

const file = fileURLToPath(new URL('calibration.json', import.meta.url))
const { measures, conditions, execution } = await study(JSON.parse(readFileSync(file, 'utf8')), { from: file })

console.log(`${conditions[0].replicates} data sets a sampler, ${execution.failed} failed`)
for (const { sampler, parameter, inside, meanRank } of measures) {
  const verdict = inside === 'yes' ? 'inside the 95 % band' : 'OUTSIDE the 95 % band'
  console.log(`${sampler.padEnd(10)}${parameter.padEnd(24)}${verdict.padEnd(23)}| mean rank ${meanRank.toFixed(1)}`)
}
