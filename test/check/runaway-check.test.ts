import { describe, expect, it } from 'vitest'
import { checkFormula } from '../../src/check/check.js'
import { readTable } from '../../src/data/files/read-table.js'
import type { Table } from '../../src/data/table.js'
import { tableFrom } from '../../src/data/table-from.js'
import { inlineExecutor } from '../../src/inline-executor.js'
import { checkDocument } from '../../src/report/check-document.js'
import { nextStep } from '../../src/report/next-step.js'
import { renderText } from '../../src/report/render-text.js'

const file =
  (name: string): (() => Promise<Table>) =>
  () =>
    readTable(new URL(`../reference/faults/${name}`, import.meta.url).pathname)
const short = { seed: 2, chains: 2, warmup: 150, draws: 100 }

/** Counts of three treatments in ten groups, the third always zero but for excess zeros of the first. */
const empty = async (): Promise<Table> =>
  tableFrom({
    y: Array.from({ length: 60 }, (_, i) => (i % 3 === 2 ? 0 : [2, 0, 4, 1, 3, 0, 6, 2][(i * 5) % 8])),
    t: Array.from({ length: 60 }, (_, i) => ['a', 'b', 'c'][i % 3]),
    g: Array.from({ length: 60 }, (_, i) => `g${Math.floor(i / 6)}`),
  })

describe('check of a model with a parameter that runs', () => {
  it.each([
    ['emerge', file('emerge.csv'), 'emergence ~ treatment + (1 | nest)', 'binomial', 'treatmentsucrose', 'Inf'],
    ['zerocell', file('zerocell.csv'), 'y ~ trt + (1 | site)', 'poisson', 'trtD', '-Inf'],
    ['an empty cell', empty, 'y ~ t + (1 | g)', 'nbinom2', 'tc', '-Inf'],
    ['sepgroup', file('sepgroup.csv'), 'y ~ x + (1 | g)', 'binomial', 'sd(g)', 'Inf'],
    [
      'passfail60, crossed',
      file('passfail60.csv'),
      'Pass ~ 1 + (1 | Student) + (1 | Hand)',
      'binomial',
      'sd(Student)',
      'Inf',
    ],
  ] as const)('%s is not adequate, and says which', async (_, table, formula, family, name, end) => {
    const { record } = await checkFormula(formula, await table(), { ...short, family }, inlineExecutor)
    expect(record.verdict).not.toBe('adequate')
    const reason = record.reasons.find((one) => one.startsWith('without a finite maximum'))
    expect(reason).toContain(`${name} (${end})`)
    const own = record.comparison.find(({ parameter }) => parameter === name)!
    expect(own).toMatchObject({ runsTo: end, se: null, shiftInSe: null })
    expect(own.posteriorSd).toBeGreaterThan(0)
    const text = renderText(checkDocument(record), { width: 120, colour: false })
    expect(text).toMatch(new RegExp(`${name.replace(/[()]/g, '\\$&')} +${end} +${end} +NA`))
    expect(text).not.toMatch(/may be reported as it is|no fault found|unknown/)
    expect(text).not.toMatch(/\badequate/)
    expect(record.model?.verdict).toBe('questionable')
    if (name.startsWith('sd')) expect(text).toContain('nothing could be tested')
    const fixed = record.rungs.map((rung) => rung.fixed.find((one) => one.name === name)?.runsTo)
    if (!name.startsWith('sd')) expect(fixed).toEqual(record.rungs.map(() => end))
    const ratio = record.ratios.find((one) => one.name === name)
    if (ratio) expect(ratio).toMatchObject({ estimate: end === 'Inf' ? Infinity : 0, lower: null, upper: null })
    expect(record.priorMoves!.map(({ parameter }) => parameter)).not.toContain(name)
    expect(nextStep(record).command).toMatch(/^glmm sample/)
  })
})
