import { expect, it } from 'vitest'
import { factorize } from '../../src/numerics/sparse-cholesky.js'
import { symbolic } from '../../src/numerics/sparse-pattern.js'
import { reverseCholesky } from '../../src/numerics/sparse-reverse.js'
import { stream } from '../../src/random/stream.js'

it.each([
  ['nearly diagonal', 12, 0.05],
  ['crossed', 20, 0.2],
  ['nearly dense', 14, 0.8],
])('%s: derivatives through the factorization, against differences', (_name, q, density) => {
  const { uniform, normal } = stream({ seed: 7, purpose: 'start' })
  const colStart = [0]
  const rowIndex: number[] = []
  const values: number[] = []
  for (let j = 0; j < q; j++) {
    for (let i = j; i < q; i++) {
      if (i > j && uniform() > density) continue
      rowIndex.push(i)
      values.push(i === j ? q + uniform() : normal())
    }
    colStart.push(rowIndex.length)
  }
  const pattern = symbolic(q, Int32Array.from(colStart), Int32Array.from(rowIndex))
  const h = Float64Array.from(values)
  const l = new Float64Array(pattern.size)
  // A linear function of L has its coefficients as derivatives; places above the diagonal of a panel mean nothing.
  const coefficients = Float64Array.from({ length: pattern.size }, normal)
  const { firstColumn, rowStart, panelStart } = pattern
  for (let s = 0; s + 1 < firstColumn.length; s++) {
    const w = firstColumn[s + 1] - firstColumn[s]
    expect((rowStart[s + 1] - rowStart[s]) * w).toBe(panelStart[s + 1] - panelStart[s])
    for (let i = 0; i < w; i++) coefficients.fill(0, panelStart[s] + i * w + i + 1, panelStart[s] + (i + 1) * w)
  }
  const value = (): number => {
    expect(factorize(pattern, h, l)).toBe(true)
    return l.reduce((sum, x, at) => sum + (coefficients[at] === 0 ? 0 : x * coefficients[at]), 0)
  }
  value()
  const bar = coefficients.slice()
  reverseCholesky(pattern, l, bar)
  for (let p = 0; p < h.length; p++) {
    const at = h[p]
    h[p] = at + 1e-4
    const above = value()
    h[p] = at - 1e-4
    const below = value()
    h[p] = at
    expect(bar[pattern.target[p]]).toBeCloseTo((above - below) / 2e-4, 7)
  }
})
