// Do 95 % intervals cover the truth in 95 of 100 studies like betablocker, with its 22 centres?
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { study } from 'glmm'

const file = fileURLToPath(new URL('coverage.json', import.meta.url))
const { measures, conditions, findings } = await study(JSON.parse(readFileSync(file, 'utf8')), { from: file })

const show = (...cells) =>
  console.log(
    cells[0].padEnd(14) +
      cells[1].padEnd(18) +
      cells
        .slice(2)
        .map((cell) => cell.padStart(16))
        .join(''),
  )
const withError = (value, error, digits) => `${value.toFixed(digits)} (${error.toFixed(digits)})`

console.log(`${conditions[0].replicates} replicates; in brackets: Monte Carlo standard errors`)
show('parameter', 'method', 'bias', 'SE ratio', 'coverage, %', 'convergence, %')
for (const parameter of ['(Intercept)', 'treat', 'sd(center)']) {
  for (const m of measures.filter((one) => one.parameter === parameter)) {
    show(
      parameter,
      m.method,
      withError(m.bias, m.biasMcse, 4),
      withError(m.seRatio, m.seRatioMcse, 3),
      withError(100 * m.coverage, 100 * m.coverageMcse, 1),
      (100 * m.convergence).toFixed(1),
    )
  }
}
console.log()
for (const finding of findings) console.log(finding)
