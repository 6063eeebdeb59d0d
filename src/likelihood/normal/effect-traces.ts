import type { NormalMarginal } from './normal-marginal.js'

/** A symmetric matrix B over all effects: for each term the q x q block of every level, or null for none. */
export type Direction = readonly (Float64Array | null)[]

/**
 * tr(M B_e) and tr(M B_e M B_f), the latter row after row, for M = Z'V^-1 Z or Z'PZ. M is made level by level and not kept, a solve an
 * effect: S_e = M_C'B_e M_C with the columns C of a level gives that level's share of tr(S_e B_f).
 */
export function effectTraces(
  { terms, throughEffects }: Pick<NormalMarginal, 'terms' | 'throughEffects'>,
  directions: readonly Direction[],
): { readonly one: Float64Array; readonly two: Float64Array } {
  const count = directions.length
  const one = new Float64Array(count)
  const two = new Float64Array(count * count)
  const size = terms.reduce((sum, { q, starts }) => sum + q * starts.length, 0)
  const unit = new Float64Array(size)
  terms.forEach(({ q, starts }, t) => {
    if (directions.every((direction) => direction[t] === null)) return
    for (const first of starts) {
      const columns = Array.from({ length: q }, (_, j) => {
        unit[first + j] = 1
        const column = throughEffects(unit)
        unit[first + j] = 0
        return column
      })
      const own = new Float64Array(q * q)
      for (let i = 0; i < q; i++) for (let j = 0; j < q; j++) own[i * q + j] = columns[j][first + i]
      directions.forEach((direction, f) => {
        if (direction[t]) one[f] += elementProduct(own, direction[t])
      })
      directions.forEach((direction, e) => {
        const share = formOf(columns, direction)
        directions.forEach((other, f) => {
          if (other[t]) two[e * count + f] += elementProduct(share, other[t])
        })
      })
    }
  })
  return { one, two }

  /** C'BC for columns over all effects. */
  function formOf(columns: readonly Float64Array[], direction: Direction): Float64Array {
    const width = columns.length
    const out = new Float64Array(width * width)
    terms.forEach(({ q, starts }, t) => {
      const block = direction[t]
      if (!block) return
      for (const first of starts) {
        for (let a = 0; a < width; a++) {
          for (let i = 0; i < q; i++) {
            const left = columns[a][first + i]
            if (left === 0) continue
            for (let j = 0; j < q; j++) {
              const weighted = left * block[i * q + j]
              for (let b = 0; b < width; b++) out[a * width + b] += weighted * columns[b][first + j]
            }
          }
        }
      }
    })
    return out
  }
}

/** tr(AB) of symmetric matrices. */
function elementProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let e = 0; e < a.length; e++) sum += a[e] * b[e]
  return sum
}
