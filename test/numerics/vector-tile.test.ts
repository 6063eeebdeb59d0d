import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { stream } from '../../src/random/stream.js'
import {
  isVectorArray,
  reserved,
  vectorArray,
  vectorMemory,
  vectorsAround,
  vectorTile,
} from '../../src/numerics/vector-tile.js'
import { vectorTileBytes } from '../../src/numerics/vector-tile-bytes.js'
import { compiled } from '../../wasm/compile.mjs'

describe('vector tile', () => {
  it('has the bytes that its source compiles to', async () => {
    const bytes = await compiled(fileURLToPath(new URL('../../wasm/vector-tile.ts', import.meta.url)))
    expect(Buffer.from(bytes).toString('base64')).toBe(vectorTileBytes)
  })

  it('gives the products of rows with rows, for any number of columns and distance of rows', () => {
    const rng = stream({ seed: 4, purpose: 'start' })
    const array = vectorArray(3000)!
    const around = vectorsAround(new Float64Array(vectorMemory(24000)!, 8 * reserved, 3000))!
    for (const x of [array, around]) {
      // The last that was asked for is the one that is worked on.
      if (x === array) vectorArray(3000)
      expect(isVectorArray(x)).toBe(true)
      for (const [n, lda, ldb, a0, b0] of [
        [0, 3, 2, 40, 90],
        [1, 9, 5, 41, 200],
        [4, 4, 4, 16, 500],
        [7, 11, 7, 33, 800],
        [64, 64, 70, 100, 1000],
        [129, 130, 200, 20, 1500],
      ]) {
        for (let at = reserved; at < 2800; at++) x[at] = rng.normal()
        vectorTile(a0, lda, b0, ldb, n)
        for (let i = 0; i < 4; i++) {
          for (let j = 0; j < 4; j++) {
            let sum = 0
            for (let k = 0; k < n; k++) sum += x[a0 + i * lda + k] * x[b0 + j * ldb + k]
            expect(Math.abs(x[4 * i + j] - sum)).toBeLessThan(1e-12 * (1 + n))
          }
        }
      }
      vectorsAround(around.subarray(reserved))
    }
  })

  it('is no array of an ordinary buffer', () => {
    expect(vectorsAround(new Float64Array(4))).toBe(null)
  })
})
