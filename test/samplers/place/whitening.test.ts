import { describe, expect, it } from 'vitest'
import { whitening } from '../../../samplers/place/whitening.js'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { coupling } from '../../../src/likelihood/joint/coupling.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'

const rows = Array.from({ length: 60 }, (_, i) => i)
const table = tableFrom({
  z: rows.map((i) => Math.sin(2 * i)),
  x: rows.map((i) => Math.cos(3 * i)),
  g: rows.map((i) => `g${(i * 7) % 9}`),
  h: rows.map((i) => `h${(i * i) % 5}`),
})

describe.each(['z ~ x + (1 | g)', 'z ~ x + (x | g)', 'z ~ x + (x | g) + (1 | h)'])('whitening: %s', (formula) => {
  const { coordinates } = likelihood(stateModel(formula, table, { family: 'gaussian' }))
  const { size, effects, coordinateOf, symbolic } = coupling(coordinates)
  const center = Float64Array.from({ length: size }, (_, j) => Math.cos(j))
  const vector = (from: number): Float64Array => Float64Array.from({ length: size }, (_, j) => Math.sin(from + 2 * j))

  // Of the effects' entries in the outer rows: all, or only every fourth.
  it.each([1, 4])('is x = center + L^-T y, of gradients L^-1, one outer entry of %d kept', (every) => {
    const factor = new Float64Array(symbolic.size)
    const L: number[][] = Array.from({ length: size }, () => new Array(size).fill(0))
    for (let s = 0; s + 1 < symbolic.firstColumn.length; s++) {
      const [first, end] = [symbolic.firstColumn[s], symbolic.firstColumn[s + 1]]
      for (let c = first; c < end; c++) {
        for (let p = symbolic.rowStart[s] + c - first; p < symbolic.rowStart[s + 1]; p++) {
          const r = symbolic.rowIndex[p]
          if (c < effects && r >= effects && (r + c) % every !== 0) continue
          L[r][c] = r === c ? 1.5 + Math.sin(c) ** 2 : 0.4 * Math.sin(r + 3 * c)
          factor[symbolic.panelStart[s] + (p - symbolic.rowStart[s]) * (end - first) + c - first] = L[r][c]
        }
      }
    }
    const { toX, toY, pull } = whitening(coordinates, center, factor)
    const y = vector(1)
    const x = new Float64Array(size)
    toX(y, x)
    const back = new Float64Array(size)
    toY(x, back)
    const inX = vector(2)
    const inY = new Float64Array(size)
    pull(inX, inY)
    for (let c = 0; c < size; c++) {
      let [product, slope] = [0, 0]
      for (let k = 0; k < size; k++) {
        product += L[k][c] * (x[coordinateOf[k]] - center[coordinateOf[k]])
        slope += L[c][k] * inY[k]
      }
      expect(product).toBeCloseTo(y[c], 11)
      expect(back[c]).toBeCloseTo(y[c], 11)
      expect(slope).toBeCloseTo(inX[coordinateOf[c]], 11)
    }
  })
})
