import type { GroupedRows } from '../frame/grouped-rows.js'

/**
 * For the rows of level g with first and second derivatives at `count` nodes (rows x count each): sums of x times first
 * and of x z times second derivatives at each node, into x1 and x2 (p x count), of z^2 times second ones into z2, and
 * each row's second derivative summed over the nodes with weights `share` into mean2[i].
 */
export function nodeMoments(
  { p, x, z, start }: GroupedRows,
  g: number,
  share: Float64Array,
  count: number,
  first: Float64Array,
  second: Float64Array,
  x1: Float64Array,
  x2: Float64Array,
  z2: Float64Array,
  mean2: Float64Array,
): void {
  for (const sums of [x1, x2, z2]) sums.fill(0)
  for (let i = start[g], at = 0; i < start[g + 1]; i++, at += count) {
    const zi = z[i]
    let mean = 0
    for (let k = 0; k < count; k++) {
      z2[k] += zi * zi * second[at + k]
      mean += share[k] * second[at + k]
    }
    mean2[i] = mean
    for (let j = 0; j < p; j++) {
      const xij = x[i * p + j]
      if (xij === 0) continue
      for (let k = 0, to = j * count; k < count; k++, to++) {
        x1[to] += xij * first[at + k]
        x2[to] += xij * zi * second[at + k]
      }
    }
  }
}
