import { describe, expect, it } from 'vitest'
import { assemblySpace, shared } from '../../src/numerics/space.js'
import { factorize, logDeterminant, solve } from '../../src/numerics/sparse-cholesky.js'
import { selectedInverse } from '../../src/numerics/sparse-inverse.js'
import { symbolic } from '../../src/numerics/sparse-pattern.js'
import { spaces } from './spaces.js'

describe('spaces', () => {
  it.each(spaces)('%s gives arrays of zeros that overlap nowhere', (_, space) => {
    const arrays = [5, 0, 1, 2_500_000, 7, 2].flatMap((n) => [space.vector(n), space.integers(n)])
    for (const [a, array] of arrays.entries()) {
      expect(array.findIndex((value) => value !== 0)).toBe(-1)
      array.fill(a + 1)
    }
    expect(arrays.map(({ length }) => length)).toEqual([5, 5, 0, 0, 1, 1, 2_500_000, 2_500_000, 7, 7, 2, 2])
    for (const [a, array] of arrays.entries()) expect(array.findIndex((value) => value !== a + 1)).toBe(-1)
  })

  it('shared ones can be given to other threads, assembly ones lie in one memory', () => {
    expect(shared.vector(3).buffer).toBeInstanceOf(SharedArrayBuffer)
    const space = assemblySpace()
    expect(space.vector(3).buffer).toBe(space.integers(4).buffer)
  })

  it('make no difference to a factor, its inverse, or a solution, in panels narrow and wide', () => {
    const q = 260
    // Blocks of 3, 12 and 70 columns, each before a part of a dense one of 90.
    const starts = [0, 3, 6, 18, 30, 100, 170]
    const blockOf = (j: number): number => starts.findLastIndex((start) => start <= j)
    const colStart = new Int32Array(q + 1)
    const rows: number[] = []
    for (let j = 0; j < q; j++) {
      for (let i = j; i < q; i++) {
        if (blockOf(i) === blockOf(j) || (i >= 170 && (i + blockOf(j)) % 3 > 0)) rows.push(i)
      }
      colStart[j + 1] = rows.length
    }
    const results = spaces.map(([, space]) => {
      const pattern = symbolic(q, colStart, Int32Array.from(rows), space)
      const values = space.vector(rows.length)
      for (let j = 0; j < q; j++) {
        for (let p = colStart[j]; p < colStart[j + 1]; p++)
          values[p] = rows[p] === j ? 50 + j : Math.cos(rows[p] * 3 + j)
      }
      const l = space.vector(pattern.size)
      const z = space.vector(pattern.size)
      const x = space.vector(q).fill(1)
      expect(factorize(pattern, values, l)).toBe(true)
      selectedInverse(pattern, l, z)
      solve(pattern, l, x)
      return [...l, ...z, ...x, logDeterminant(pattern, l)]
    })
    expect(results[1]).toEqual(results[0])
    expect(results[2]).toEqual(results[0])
  })
})
