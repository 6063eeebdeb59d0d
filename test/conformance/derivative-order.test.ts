import { describe, expect, it } from 'vitest'
import { derivativeOrder, pairIndex, pairsOf, tripleIndex, triplesOf } from '../../src/families/derivative-order.js'
import { secondAt, thirdAt } from '../../src/families/row-density.js'

describe.each([1, 2, 3, 4, 5])('the order of derivatives of %i predictors', (K) => {
  it('numbers the pairs and triples one after the other, as it enumerates them', () => {
    let pair = 0
    let triple = 0
    for (let a = 0; a < K; a++) {
      for (let b = 0; b <= a; b++) {
        expect(pairIndex(a, b)).toBe(pair)
        expect(secondAt(K, a, b)).toBe(1 + K + pair++)
        for (let c = 0; c <= b; c++) {
          expect(tripleIndex(a, b, c)).toBe(triple)
          expect(thirdAt(K, a, b, c)).toBe(1 + K + pairsOf(K) + triple++)
        }
      }
    }
    expect([pair, triple]).toEqual([pairsOf(K), triplesOf(K)])
  })

  it('is the same whatever order the predictors come in, in the tables too', () => {
    const { pair, triple } = derivativeOrder(K)
    for (let a = 0; a < K; a++) {
      for (let b = 0; b < K; b++) {
        const [high, low] = [a, b].sort((x, y) => y - x)
        expect(pair[a * K + b]).toBe(pairIndex(high, low))
        for (let c = 0; c < K; c++) {
          const [x, y, z] = [a, b, c].sort((one, other) => other - one)
          expect(triple[(a * K + b) * K + c]).toBe(tripleIndex(x, y, z))
          expect(tripleIndex(a, b, c)).toBe(tripleIndex(x, y, z))
        }
      }
    }
  })
})
