import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { buildModel } from '../../src/data/build-model.js'
import { tableFrom } from '../../src/data/table-from.js'
import { formulaText } from '../../src/formula/formula-text.js'
import { parseFormula } from '../../src/formula/parse-formula.js'

interface Reference {
  data: Record<string, (number | string)[]>
  cases: { formula: string; deparse: string; names: string[]; kept: string[]; x: number[] }[]
}
const reference: Reference = JSON.parse(
  readFileSync(new URL('./reference/design-matrices.json', import.meta.url), 'utf8'),
)
const table = tableFrom(reference.data)
const rule = { family: 'gaussian', link: 'identity', response: 'real' } as const

describe('design matrices agree with model.matrix of R', () => {
  it.each(reference.cases)('$formula', ({ formula, deparse, names, kept, x }) => {
    expect(formulaText(parseFormula(formula))).toBe(deparse)
    const model = buildModel(formula, table, { rule })
    const { fixed } = model.predictors[0]
    expect(fixed.names).toEqual(kept)
    expect([...fixed.aliased]).toEqual(names.filter((name) => !kept.includes(name)))
    expect(model.warnings.map((w) => w.code)).toEqual(kept.length < names.length ? ['ALIASED'] : [])
    const n = model.nobs
    expect(fixed.x).toHaveLength(n * kept.length)
    kept.forEach((name, j) => {
      const from = names.indexOf(name) * n
      for (let i = 0; i < n; i++) {
        const expected = x[from + i]
        expect(Math.abs(fixed.x[j * n + i] - expected)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(expected)))
      }
    })
  })
})
