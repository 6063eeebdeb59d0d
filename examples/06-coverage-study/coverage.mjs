// Do 95 % intervals cover the truth in 95 of 100 studies like betablocker, with its 22 centres?
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { study } from 'glmm'

// Another study than coverage.json, and another number of replicates, may be given.
const [name = 'coverage.json', replicates] = process.argv.slice(2)
const file = fileURLToPath(new URL(name, import.meta.url))
const spec = JSON.parse(readFileSync(file, 'utf8'))
if (replicates) spec.replicates = Number(replicates)
const { measures, conditions, findings } = await study(spec, { from: file })
const medians = measures.some((one) => typeof one.medianBias === 'number')

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
show(
  'parameter',
  'method',
  'bias',
  'SE ratio',
  'coverage, %',
  'convergence, %',
  ...(medians ? ['bias of median'.padStart(18)] : []),
)
for (const parameter of ['(Intercept)', 'treat', 'sd(center)']) {
  for (const m of measures.filter((one) => one.parameter === parameter)) {
    show(
      parameter,
      m.method,
      withError(m.bias, m.biasMcse, 4),
      withError(m.seRatio, m.seRatioMcse, 3),
      withError(100 * m.coverage, 100 * m.coverageMcse, 1),
      (100 * m.convergence).toFixed(1),
      ...(typeof m.medianBias === 'number' ? [withError(m.medianBias, m.medianBiasMcse, 4).padStart(18)] : []),
    )
  }
}
console.log()
for (const finding of findings) console.log(finding)
