// Records of every kind, with parts of them exchanged, removed, or of other types, as report, predict, simulate and
// compare read them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compareCommand } from '../../../dist/src/cli/compare-command.js'
import { predictCommand } from '../../../dist/src/cli/predict-command.js'
import { reportCommand } from '../../../dist/src/cli/report-command.js'
import { simulateCommand } from '../../../dist/src/cli/simulate-command.js'
import { check, compare, fit, predict, readTable, sample, simulate, study } from '../../../dist/src/index.js'
import { inlineExecutor } from '../../../dist/workers/index.js'
import { mutated } from './shared-mutations.mjs'

const data = fileURLToPath(new URL('../../../examples/01-betablocker/betablocker.csv', import.meta.url))
const formula = 'cbind(r, n - r) ~ treat + (1 | center)'
const folder = mkdtempSync(join(tmpdir(), 'glmm-fuzz-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const table = await readTable(data)
const small = fit('cbind(r, n - r) ~ 1 + (1 | center)', table)
const whole = fit(formula, table)
const slopes = fit('cbind(r, n - r) ~ treat + (treat | center)', table, { intervals: 'profile' })
const options = { chains: 2, warmup: 60, draws: 40, executor: inlineExecutor }
const { sample: _, ...posterior } = await sample(formula, table, options)
const { sample: __, ...checked } = await check(formula, table, options)
const spec = { kind: 'bootstrap', replicates: 4, data, family: 'binomial', formula }
const records = [
  whole,
  slopes,
  fit('n ~ treat', table, { family: 'poisson' }),
  posterior,
  checked,
  compare([small, whole]),
  predict(whole, table, { kind: 'average', nodes: 5 }),
  simulate(whole, table, { replicates: 1 }),
  await study(spec, { executor: inlineExecutor }),
].map((record) => JSON.stringify(record))
writeFileSync(join(folder, 'small.json'), JSON.stringify(small))

export function make(random) {
  const text = random.pick(records)
  return { text: JSON.stringify(mutated(JSON.parse(text), random)), use: random.below(5), id: random.below(1e9) }
}

export async function attempt({ text, use }) {
  const path = join(folder, 'document.json')
  writeFileSync(path, text)
  const flags = { data, header: true }
  if (use === 0) await predictCommand(path, { ...flags, kind: 'conditional' })
  else if (use === 1) await simulateCommand(path, { ...flags, replicates: 2 })
  else if (use === 2) await compareCommand([join(folder, 'small.json'), path], {})
  else if (use === 3) await reportCommand(path, { out: join(folder, 'report.html') })
  else await reportCommand(path, {})
}
