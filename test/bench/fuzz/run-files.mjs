// The state that stands beside draws, and the draws, as --extend reads them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runStateOf, writeRun } from '../../../dist/samplers/files/run-file.js'
import { earlierPosterior, statedRun } from '../../../dist/src/cli/sampled-run.js'
import { model, readTable, sample, writePosterior } from '../../../dist/src/index.js'
import { inlineExecutor } from '../../../dist/workers/index.js'
import { mutated, mutatedText } from './shared-mutations.mjs'

const data = fileURLToPath(new URL('../../../examples/01-betablocker/betablocker.csv', import.meta.url))
const formula = 'cbind(r, n - r) ~ treat + (1 | center)'
const folder = mkdtempSync(join(tmpdir(), 'glmm-fuzz-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const table = await readTable(data)
const flags = { data, header: true, chains: 2, warmup: 20, draws: 8 }
const posterior = await sample(formula, table, { ...flags, executor: inlineExecutor })
const draws = join(folder, 'draws.csv')
await writePosterior(draws, posterior)
await writeRun(`${draws}.run`, runStateOf(posterior.sample, { formula, flags }))
const texts = { draws: readFileSync(draws, 'utf8'), state: readFileSync(`${draws}.run`, 'utf8') }
const bits = [
  'null',
  'NaN',
  'Inf',
  '-1',
  '1e9',
  '0',
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\n',
  '\r\n',
  '\0',
  '\ufeff',
  '',
]

export function make(random) {
  switch (random.below(3)) {
    case 0:
      return { ...texts, state: JSON.stringify(mutated(JSON.parse(texts.state), random)) }
    case 1:
      return { ...texts, state: mutatedText(texts.state, random, bits) }
    default:
      return { ...texts, draws: mutatedText(texts.draws, random, bits) }
  }
}

/** What is taken must be what was written, but for blanks and the spelling of numbers. */
export async function attempt(input) {
  writeFileSync(draws, input.draws)
  writeFileSync(`${draws}.run`, input.state)
  const run = await statedRun(undefined, { extend: draws })
  const { sample: earlier } = (await earlierPosterior(draws, run, table, model(formula, table), 4)).posterior
  const same = earlier.draws.values.every((chain, c) =>
    chain.every((x, i) => x === posterior.sample.draws.values[c][i]),
  )
  if (!same) throw new Error('draws of another run were taken')
}
