/** A residual this short beside a target of length 1 is rounding: the target is a combination of the rows. */
const nothing = 1e-11
/** A row is violated if d moves it the wrong way by more than this share of d's length. */
const wrong = 1e-9
const rounding = 4e-15
/** A row of length 1 whose part beside the active ones is shorter than this can not become active. */
const dependent = 1e-10
/** Rows taken in from one look at all of them. */
const batch = 24
/** Looks at all rows; each but the last lowers the distance, so that there is an end to them. */
const mostLooks = 2000

/**
 * The projection d of `target` (length q) on the cone of all d with u_i'd >= 0 for the rows u_i of length 1 (`rows`, row
 * after row, those numbered by `which`): the residual c + U'lambda of the nonnegative least squares problem min |c + U'lambda|,
 * lambda >= 0, which is its dual (Moreau's decomposition), by the active sets of Lawson and Hanson (1974, ch. 23). Systems are
 * solved by orthogonalising the active rows: normal equations lose the digits by which nearly separated data differ
 * from separated ones. The zero vector where the cone's polar contains the target; null where the looks ran out. `hot` are rows that were active in
 * other projections on this cone, which are looked at before all are; it is added to.
 */
export function projectOnCone(
  rows: Float64Array,
  which: ArrayLike<number>,
  q: number,
  target: Float64Array,
  hot: number[] = [],
): Float64Array | null {
  let length = 0
  for (let j = 0; j < q; j++) length += target[j] * target[j]
  length = Math.sqrt(length)
  const c = target.map((value) => value / length)
  if (!(length > 0)) return new Float64Array(q)
  const active: number[] = []
  let lambda: number[] = []
  let d: Float64Array = c
  const along = (row: number, vector: Float64Array): number => {
    let sum = 0
    for (let j = 0, at = row * q; j < q; j++, at++) sum += rows[at] * vector[j]
    return sum
  }
  const norm = (vector: Float64Array): number => {
    let sum = 0
    for (const value of vector) sum += value * value
    return Math.sqrt(sum)
  }
  /** Least squares over the active rows: multipliers and residual; null where the last row depends on the others. */
  const solve = (): { z: number[]; d: Float64Array } | null => {
    const a = active.length
    const basis: Float64Array[] = []
    const triangle = new Float64Array(a * a)
    const rest = c.slice()
    const reduced = new Float64Array(a)
    for (let k = 0; k < a; k++) {
      const v = rows.slice(active[k] * q, (active[k] + 1) * q)
      for (let pass = 0; pass < 2; pass++) {
        for (let i = 0; i < k; i++) {
          let sum = 0
          for (let j = 0; j < q; j++) sum += basis[i][j] * v[j]
          triangle[i * a + k] += sum
          for (let j = 0; j < q; j++) v[j] -= sum * basis[i][j]
        }
      }
      const left = norm(v)
      if (left < dependent) return null
      triangle[k * a + k] = left
      for (let j = 0; j < q; j++) v[j] /= left
      basis.push(v)
    }
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < a; k++) {
        let sum = 0
        for (let j = 0; j < q; j++) sum += basis[k][j] * rest[j]
        reduced[k] -= sum
        for (let j = 0; j < q; j++) rest[j] -= sum * basis[k][j]
      }
    }
    const z = Array.from(reduced)
    for (let k = a - 1; k >= 0; k--) {
      for (let i = k + 1; i < a; i++) z[k] -= triangle[k * a + i] * z[i]
      z[k] /= triangle[k * a + k]
    }
    return { z, d: rest }
  }
  /** Takes a violated row in, and lets go of those whose multiplier would turn negative. */
  const take = (row: number): boolean => {
    active.push(row)
    lambda.push(0)
    for (let first = true; ; first = false) {
      const solved = solve()
      if (!solved || (first && !(solved.z[solved.z.length - 1] > 0))) {
        active.pop()
        lambda.pop()
        return false
      }
      const { z } = solved
      if (z.every((one) => one > 0)) {
        lambda = z
        d = solved.d
        return true
      }
      let step = 1
      z.forEach((one, k) => {
        if (one <= 0) step = Math.min(step, lambda[k] / (lambda[k] - one))
      })
      lambda = lambda.map((one, k) => one + step * (z[k] - one))
      for (let k = active.length - 1; k >= 0; k--) {
        if (z[k] <= 0 && lambda[k] <= rounding) {
          active.splice(k, 1)
          lambda.splice(k, 1)
        }
      }
    }
  }

  let known: readonly number[] = [...hot]
  for (let look = 0; look < mostLooks; look++) {
    const size = norm(d)
    if (size <= nothing) return new Float64Array(q)
    const bar = -(wrong * size + rounding)
    let candidates = mostViolated(known, (row) => along(row, d), bar)
    const fromAll = candidates.length === 0
    if (fromAll) candidates = mostViolated(which, (row) => along(row, d), bar)
    if (candidates.length === 0) return d.map((value) => value * length)
    let taken = false
    // Of the candidates the one that d violates most, until it violates none of them.
    for (let left = candidates; left.length > 0; ) {
      const now = norm(d)
      if (now <= nothing) return new Float64Array(q)
      let worst = -1
      let least = -(wrong * now + rounding)
      left.forEach((row, k) => {
        const move = along(row, d)
        if (move < least && !active.includes(row)) {
          least = move
          worst = k
        }
      })
      if (worst < 0) break
      if (take(left[worst])) {
        taken = true
        if (!hot.includes(left[worst])) hot.push(left[worst])
      } else left = left.filter((_, k) => k !== worst)
    }
    if (!taken && fromAll) return null
    if (!taken) known = []
  }
  return null
}

/** The rows with the smallest values below `limit`, at most a batch of them. */
function mostViolated(which: ArrayLike<number>, value: (row: number) => number, limit: number): number[] {
  const found: { row: number; at: number }[] = []
  let bar = limit
  for (let i = 0; i < which.length; i++) {
    const at = value(which[i])
    if (!(at < bar)) continue
    found.push({ row: which[i], at })
    if (found.length < 2 * batch) continue
    found.sort((a, b) => a.at - b.at)
    found.length = batch
    bar = found[batch - 1].at
  }
  found.sort((a, b) => a.at - b.at)
  return found.slice(0, batch).map(({ row }) => row)
}
