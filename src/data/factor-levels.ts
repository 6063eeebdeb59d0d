import type { Levels } from './level-names.js'

/** A factor without the levels that no row has; the same object when there are none. */
export function usedLevels(factor: Levels): Levels {
  const { levels, codes } = factor
  const used = new Uint8Array(levels.length)
  let count = 0
  for (let i = 0; i < codes.length; i++) {
    if (used[codes[i]] === 0) {
      used[codes[i]] = 1
      count++
    }
  }
  if (count === levels.length) return factor
  const place = new Int32Array(levels.length)
  const kept: string[] = []
  for (let level = 0; level < levels.length; level++) {
    place[level] = kept.length
    if (used[level] === 1) kept.push(levels[level])
  }
  const moved = new Int32Array(codes.length)
  for (let i = 0; i < codes.length; i++) moved[i] = place[codes[i]]
  return { levels: kept, codes: moved }
}

/** The combinations of two factors that occur, named 'a:b', those of one level of `a` together. */
export function crossedLevels(a: Levels, b: Levels): Levels {
  const n = a.codes.length
  const width = b.levels.length
  const keys = new Float64Array(n)
  for (let i = 0; i < n; i++) keys[i] = a.codes[i] * width + b.codes[i]
  const place = new Map<number, number>()
  const levels: string[] = []
  for (const key of Float64Array.from(new Set(keys)).sort()) {
    place.set(key, levels.length)
    levels.push(`${a.levels[Math.floor(key / width)]}:${b.levels[key % width]}`)
  }
  const codes = new Int32Array(n)
  for (let i = 0; i < n; i++) codes[i] = place.get(keys[i])!
  return { levels, codes }
}
