// Times the main job, warm and cold, and lme4's glmer beside it where Rscript with lme4 is installed.
// CPU time, because machines are shared; medians with their spread; ratios within one run.
import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { fit, readTable, sample } from '../../dist/src/index.js'
import { inlineExecutor } from '../../dist/workers/index.js'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const data = here('../../examples/01-betablocker/betablocker.csv')
const formula = 'cbind(r, n - r) ~ treat + (1 | center)'
const family = 'binomial'

const spread = (values) => {
  const ascending = [...values].sort((a, b) => a - b)
  return { min: ascending[0], median: ascending[Math.floor(ascending.length / 2)], max: ascending.at(-1) }
}
const show = ({ min, median, max }, digits = 3) =>
  `median ${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`

/** CPU milliseconds of one call, over `batches` batches of `each` calls. */
function cpuMilliseconds(call, batches, each) {
  for (let i = 0; i < 3000; i++) call()
  return spread(
    Array.from({ length: batches }, () => {
      const began = process.cpuUsage()
      for (let i = 0; i < each; i++) call()
      const { user, system } = process.cpuUsage(began)
      return (user + system) / 1000 / each
    }),
  )
}

const table = await readTable(data)
const ours = {
  1: cpuMilliseconds(() => fit(formula, table, { family, nodes: 1 }), 15, 100),
  25: cpuMilliseconds(() => fit(formula, table, { family, nodes: 25 }), 15, 100),
}
console.log('Fit of betablocker in process, warm: formula, model frame, estimates, standard errors, residuals; CPU ms')
for (const nodes of [1, 25]) console.log(`  ${nodes === 1 ? 'Laplace' : 'AGQ, 25'}  ${show(ours[nodes])}`)

const hasLme4 = spawnSync('Rscript', ['-e', 'library(lme4)'], { stdio: 'ignore' }).status === 0
if (hasLme4) {
  for (const nodes of [1, 25]) {
    const [min, median, max] = execFileSync('Rscript', [here('betablocker.R'), data, String(nodes), '15'], {
      encoding: 'utf8',
    })
      .trim()
      .split(' ')
      .map(Number)
    console.log(
      `  glmer, nAGQ = ${nodes}: ${show({ min, median, max }, 1)}; ratio of medians ${(median / ours[nodes].median).toFixed(0)}`,
    )
  }
} else {
  console.log('  glmer: skipped, Rscript with lme4 is not installed (Debian: r-cran-lme4)')
}

const seconds = (command, args) => {
  const began = performance.now()
  execFileSync(command, args, { stdio: 'ignore' })
  return (performance.now() - began) / 1000
}
const cold = (command, args, runs) => spread(Array.from({ length: runs }, () => seconds(command, args)))
const main = here('../../dist/src/cli/main.js')
console.log('Whole command from a cold start, wall seconds')
console.log(`  glmm fit  ${show(cold(process.execPath, [main, 'fit', formula, '--data', data], 11))}`)
if (hasLme4) {
  const script = `suppressMessages(library(lme4)); d <- read.csv("${data}"); d$center <- factor(d$center); print(summary(glmer(${formula}, d, binomial)))`
  console.log(`  Rscript   ${show(cold('Rscript', ['-e', script], 5))}`)
}

console.log(
  'NUTS on betablocker: effective draws a second and core, the smallest bulk size of all 25 parameters, warm-up excluded',
)
const rates = []
for (let seed = 1; seed <= 5; seed++) {
  const { timing } = await sample(formula, table, { family, seed, draws: 5000, executor: inlineExecutor })
  rates.push(timing.minEssPerSecond.all)
}
console.log(`  4 chains one after another in one thread  ${show(spread(rates), 0)}`)
const both = await sample(formula, table, { family, seed: 1, draws: 5000 })
console.log(`  4 chains on all cores, seconds summed over chains  ${both.timing.minEssPerSecond.all.toFixed(0)}`)
