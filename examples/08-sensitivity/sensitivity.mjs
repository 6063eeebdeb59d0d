// Does the conclusion about the treatment survive other nodes, links, priors, and the loss of any one centre?
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { study } from 'glmm'

const file = fileURLToPath(new URL('sensitivity.json', import.meta.url))
const { measures, conditions } = await study(JSON.parse(readFileSync(file, 'utf8')), { from: file })

const axis = (name) => measures.filter((m) => conditions[m.condition].vary === name)
const largest = (list) => list.reduce((a, b) => (Math.abs(b.shift) > Math.abs(a.shift) ? b : a))
const number = (x) => x.toFixed(2)

const same = measures.filter((m) => m.conclusion === 'same').length
const other = measures.filter((m) => m.conclusion && m.conclusion !== 'same').length
console.log(`Conclusion about treat: the same in ${same} fits and posteriors, another one in ${other}.`)
console.log()
console.log('Largest shifts of the fit, in standard errors (of z for link):')
for (const name of ['nodes', 'link', 'without center']) {
  for (const parameter of ['treat', 'sd(center)']) {
    const own = axis(name).filter((m) => m.parameter === parameter && m.shift !== null)
    if (own.length === 0) continue
    const { setting, shift } = largest(own)
    console.log(`  ${name.padEnd(16)}${parameter.padEnd(12)}${number(shift).padStart(6)}  ${setting}`)
  }
}
const worst = Math.max(...axis('without center').map((m) => Math.abs(m.shift - m.oneStepShift)))
console.log(`One step instead of a refit without a centre is off by at most ${number(worst)}.`)
console.log()
console.log('Posterior of sd(center) under half-normal priors, in posterior standard deviations:')
for (const m of axis('priors').filter((one) => one.parameter === 'sd_center__Intercept')) {
  console.log(`  ${m.setting.padEnd(26)}| exact ${m.shift.toFixed(1)}, weighted ${m.weightedShift.toFixed(1)}`)
}
const unusable = axis('priors').filter((m) => m.parameter === 'b_treat' && m.paretoK > 0.7)
console.log(`Weights not to be trusted: ${unusable.map((m) => m.setting).join(', ') || 'none'}.`)
console.log()
console.log('Power-scaling sensitivity:')
for (const m of axis('power-scaling')) {
  const pair = `prior ${m.priorSensitivity.toFixed(1)}, likelihood ${m.likelihoodSensitivity.toFixed(1)}`
  console.log(`  ${m.parameter.padEnd(22)}${(m.diagnosis || 'no conflict').padEnd(30)}| ${pair}`)
}
