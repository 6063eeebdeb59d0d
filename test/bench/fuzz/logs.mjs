// Logs of rows, as --resume and merge read them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mergeStudy, study } from '../../../dist/src/index.js'
import { inlineExecutor } from '../../../dist/workers/index.js'
import { mutated, mutatedText } from './shared-mutations.mjs'

const data = fileURLToPath(new URL('../../../examples/01-betablocker/betablocker.csv', import.meta.url))
const spec = {
  kind: 'bootstrap',
  replicates: 12,
  data,
  family: 'binomial',
  formula: 'cbind(r, n - r) ~ treat + (1 | center)',
}
const folder = mkdtempSync(join(tmpdir(), 'glmm-fuzz-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const log = join(folder, 'rows.ndjson')
const options = { log, executor: inlineExecutor }
const whole = await study(spec, options)
const text = readFileSync(log, 'utf8')
const bits = [
  'null',
  'NaN',
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
  '\n\n',
  ' ',
  '\0',
  '\ufeff',
  '',
]

export function make(random) {
  if (random() < 0.5) return mutatedText(text, random, bits)
  const lines = text.trimEnd().split('\n')
  for (let i = 1 + random.below(2); i > 0; i--) {
    const at = random() < 0.4 ? 0 : random.below(lines.length)
    if (random() < 0.3) lines[at] = lines[random.below(lines.length)]
    else {
      try {
        lines[at] = JSON.stringify(mutated(JSON.parse(lines[at]), random))
      } catch {
        lines[at] = random.pick(bits)
      }
    }
  }
  return `${lines.join('\n')}\n`
}

/** Whatever is taken of it, the rows are those of the study. */
export async function attempt(content) {
  writeFileSync(log, content)
  const merged = await mergeStudy([log]).catch((error) => error)
  if (merged.name !== 'GlmmError' && merged.execution?.rowsHash !== whole.execution.rowsHash) {
    throw merged instanceof Error ? merged : new Error('rows that were altered were merged')
  }
  const { execution } = await study(spec, { ...options, resume: true })
  if (execution.rowsHash !== whole.execution.rowsHash) throw new Error('rows that were altered were taken')
}
