import { describe, expect, it } from 'vitest'
import { fourierTransform, nextPowerOfTwo } from '../../../src/numerics/fft.js'
import { sortOrder } from '../../../src/numerics/sort-order.js'
import { normals } from '../ar1-chains.js'

describe('sortOrder', () => {
  const normal = normals(1)
  it.each([
    ['none', []],
    ['one', [3]],
    ['normals', Array.from({ length: 1000 }, normal)],
    ['many scales', Array.from({ length: 1000 }, () => normal() * 10 ** Math.round(80 * normal()))],
    ['ties', Array.from({ length: 500 }, () => Math.round(normal()))],
    ['extremes', [1, Number.POSITIVE_INFINITY, -5e-324, 0, 5e-324, Number.NEGATIVE_INFINITY, -1, Number.MAX_VALUE]],
  ])('%s', (_, list) => {
    const values = Float64Array.from(list)
    const expected = [...values.keys()].sort((a, b) => values[a] - values[b] || a - b)
    expect([...sortOrder(values)]).toEqual(expected)
  })
  it('puts NaN last, of either sign', () => {
    const values = new Float64Array(4)
    values.set([2, Number.NaN, -1, 0])
    new DataView(values.buffer).setBigUint64(24, 0xfff8000000000000n, true) // NaN with the sign bit set
    expect([...sortOrder(values)]).toEqual([2, 0, 1, 3])
  })
})

describe('fourierTransform', () => {
  it.each([1, 2, 8, 64])('of %i points is the definition, in bit-reversed order', (size) => {
    const normal = normals(size)
    const re = Float64Array.from({ length: size }, normal)
    const im = Float64Array.from({ length: size }, normal)
    const [outRe, outIm] = [re.slice(), im.slice()]
    const transform = fourierTransform(size)
    transform.forward(outRe, outIm)
    const bits = Math.log2(size)
    for (let k = 0; k < size; k++) {
      let [sumRe, sumIm] = [0, 0]
      for (let t = 0; t < size; t++) {
        const angle = (-2 * Math.PI * k * t) / size
        sumRe += re[t] * Math.cos(angle) - im[t] * Math.sin(angle)
        sumIm += re[t] * Math.sin(angle) + im[t] * Math.cos(angle)
      }
      let reversed = 0
      for (let bit = 0; bit < bits; bit++) if ((k >> bit) & 1) reversed |= 1 << (bits - 1 - bit)
      expect(outRe[reversed]).toBeCloseTo(sumRe, 11)
      expect(outIm[reversed]).toBeCloseTo(sumIm, 11)
    }
    transform.inverse(outRe, outIm)
    for (let t = 0; t < size; t++) {
      expect(outRe[t] / size).toBeCloseTo(re[t], 13)
      expect(outIm[t] / size).toBeCloseTo(im[t], 13)
    }
  })
  it('takes powers of two only', () => {
    expect(() => fourierTransform(12)).toThrow(RangeError)
    expect([1, 2, 3, 1000, 1024, 1025].map(nextPowerOfTwo)).toEqual([1, 2, 4, 1024, 1024, 2048])
  })
})
