import { describe, expect, test } from 'vitest'
import { shareArrays } from '../../workers/share.js'

describe('shareArrays', () => {
  test('moves typed arrays of every kind into shared memory and keeps everything else', () => {
    const data = {
      doubles: Float64Array.of(1.5, Number.NaN, -0, Infinity),
      integers: [Int32Array.of(1, -2), BigInt64Array.of(3n), Uint8ClampedArray.of(255)],
      empty: new Float32Array(0),
      text: 'x',
      nothing: null,
      absent: undefined,
      nested: { map: new Map([['a', Uint16Array.of(7)]]), set: new Set([1]), date: new Date(0) },
    }
    const shared = shareArrays(data)
    expect(shared).toEqual(data)
    for (const array of [shared.doubles, ...shared.integers, shared.empty, shared.nested.map.get('a')!])
      expect(array.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(shared.integers[2]).toBeInstanceOf(Uint8ClampedArray)
    expect(data.doubles.buffer).toBeInstanceOf(ArrayBuffer)
  })

  test('a view is shared alone, without the rest of its buffer', () => {
    const view = new Float64Array(100).fill(1).subarray(10, 12)
    expect(shareArrays(view).buffer.byteLength).toBe(16)
  })

  test('what was one object stays one, cycles included', () => {
    const x = Float64Array.of(1)
    const data: { x: Float64Array; again: Float64Array[]; self?: unknown } = { x, again: [x, Float64Array.of(1)] }
    data.self = data
    const shared = shareArrays(data)
    expect(shared.x).toBe(shared.again[0])
    expect(shared.x).not.toBe(shared.again[1])
    expect(shared.self).toBe(shared)
  })

  test('an array in shared memory already is not copied', () => {
    const x = new Float64Array(new SharedArrayBuffer(8))
    expect(shareArrays({ x }).x).toBe(x)
  })
})
