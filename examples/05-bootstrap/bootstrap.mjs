// Bootstrap of the betablocker fit: how good are its standard errors, its intervals and its p-value?
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fit, readTable, study } from 'glmm'

const file = fileURLToPath(new URL('bootstrap.json', import.meta.url))
const spec = JSON.parse(readFileSync(file, 'utf8'))
const { measures, execution } = await study(spec, { from: file })
const table = await readTable(fileURLToPath(new URL('betablocker.csv', import.meta.url)))
const fitted = fit(spec.formula, table, { family: spec.family, nodes: spec.fit.nodes })

const pad = (text) => String(text).padStart(10)
const show = (...cells) => console.log((cells[0].padEnd(14) + cells.slice(1).map(pad).join('')).trimEnd())
const number = (x) => x.toFixed(3)

const wald = [...fitted.fixed, { se: fitted.random[0].sdSe[0], lower: null, upper: null }]
show(`${execution.rows} rows`, 'estimate', 'se', 'boot se', '(mcse)', 'bias', '(mcse)')
measures.slice(0, 3).forEach((m, j) => {
  show(m.parameter, ...[m.estimate, wald[j].se, m.se, m.seMcse, m.bias, m.biasMcse].map(number))
})
console.log()
show('95 % limits', 'Wald', '', 'percentile', '', 'BCa', '')
measures.slice(0, 3).forEach((m, j) => {
  const limits = [wald[j].lower, wald[j].upper, m.percentileLower, m.percentileUpper, m.bcaLower, m.bcaUpper]
  show(m.parameter, ...limits.map((limit) => (limit === null ? '' : number(limit))))
})
console.log()
const test = measures.at(-1)
console.log(`No effect of treatment? Likelihood ratio ${number(test.statistic)}, p = ${test.p.toFixed(4)}.`)
console.log(`95 % of the statistics under that hypothesis are below ${number(test.q95)}; chi-square says 3.841.`)
