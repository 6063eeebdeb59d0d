import { describe, expect, it } from 'vitest'
import { down, free, type RecessionCone, recessionCone, still, up } from '../../src/numerics/recession-cone.js'
import { stream } from '../../src/random/stream.js'

/**
 * The largest value of c'v over A v <= b, v >= 0, with b >= 0, by the dense simplex method under Bland's rule; Infinity
 * where it is unbounded.
 */
function simplex(A: readonly (readonly number[])[], b: readonly number[], c: readonly number[]): number {
  const m = A.length
  const n = c.length
  const t = A.map((row, i) => [...row, ...A.map((_, k) => (k === i ? 1 : 0)), b[i]])
  const cost = [...c.map((one) => -one), ...new Array(m + 1).fill(0)]
  const basis = A.map((_, i) => n + i)
  for (;;) {
    const enter = cost.findIndex((one, j) => j < n + m && one < -1e-9)
    if (enter < 0) return cost[n + m]
    let leave = -1
    for (let i = 0; i < m; i++) {
      if (t[i][enter] < 1e-9) continue
      if (leave < 0) leave = i
      const [one, best] = [t[i][n + m] / t[i][enter], t[leave][n + m] / t[leave][enter]]
      if (one < best - 1e-12 || (one <= best + 1e-12 && basis[i] < basis[leave])) leave = i
    }
    if (leave < 0) return Number.POSITIVE_INFINITY
    const pivot = t[leave][enter]
    t[leave] = t[leave].map((one) => one / pivot)
    for (const row of [...t.filter((_, i) => i !== leave), cost]) {
      const factor = row[enter]
      if (factor !== 0) for (let j = 0; j <= n + m; j++) row[j] -= factor * t[leave][j]
    }
    basis[leave] = enter
  }
}

/** What a linear programme says: how many rows can be moved at once, and which way each coefficient can go. */
function oracle(
  x: readonly (readonly number[])[],
  sides: readonly number[],
): { moved: number; ways: [boolean, boolean][] } {
  const p = x[0].length
  const split = (row: readonly number[]): number[] => [...row, ...row.map((one) => -one)]
  const bound = x.map((row, i) => ({ row, side: sides[i] })).filter(({ side }) => side !== free)
  const cone = bound.flatMap(({ row, side }) =>
    side === still ? [split(row), split(row.map((one) => -one))] : [split(row.map((one) => -side * one))],
  )
  const movable = bound.filter(({ side }) => side !== still)
  // s_i <= 1 and s_i <= the move of row i: at the top s_i is 1 for every row that can be moved.
  const A = [
    ...cone.map((row) => [...row, ...movable.map(() => 0)]),
    ...movable.map(({ row, side }, k) => [
      ...split(row.map((one) => -side * one)),
      ...movable.map((_, l) => (k === l ? 1 : 0)),
    ]),
    ...movable.map((_, k) => [...new Array(2 * p).fill(0), ...movable.map((_, l) => (k === l ? 1 : 0))]),
  ]
  const b = [...cone.map(() => 0), ...movable.map(() => 0), ...movable.map(() => 1)]
  const moved = Math.round(simplex(A, b, [...new Array(2 * p).fill(0), ...movable.map(() => 1)]))
  const box = Array.from({ length: 2 * p }, (_, j) => Array.from({ length: 2 * p }, (_, k) => (j === k ? 1 : 0)))
  const ways = Array.from({ length: p }, (_, j): [boolean, boolean] => {
    const way = (sign: number): boolean =>
      simplex(
        [...cone, ...box],
        [...cone.map(() => 0), ...box.map(() => 1)],
        split(x[0].map((_, k) => (k === j ? sign : 0))),
      ) > 1e-7
    return [way(1), way(-1)]
  })
  return { moved, ways }
}

const columnMajor = (x: readonly (readonly number[])[]): Float64Array => {
  const p = x[0].length
  return Float64Array.from({ length: x.length * p }, (_, at) => x[at % x.length][Math.floor(at / x.length)])
}
const coneOf = (x: readonly (readonly number[])[], sides: readonly number[]): RecessionCone =>
  recessionCone(columnMajor(x), x.length, x[0].length, Int8Array.from(sides))!

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0)

/** Random designs of several kinds, and sides that make all answers common. */
function problem(seed: number): { x: number[][]; sides: number[] } {
  const rng = stream({ seed, purpose: 'response' })
  const p = 1 + Math.floor(rng.uniform() * 4)
  const n = p + 1 + Math.floor(rng.uniform() * 12)
  const kind = Math.floor(rng.uniform() * 4)
  const entry = (j: number): number => {
    if (j === 0 && kind !== 3) return 1
    if (kind === 0) return Math.floor(rng.uniform() * 5) - 2
    if (kind === 1) return rng.normal()
    return rng.uniform() < 0.4 ? 1 : 0
  }
  const x = Array.from({ length: n }, () => Array.from({ length: p }, (_, j) => entry(j)))
  const truth = Array.from({ length: p }, () => rng.normal())
  const [stillShare, freeShare, noise] = [
    [0, 0.2, 0.6][seed % 3],
    seed % 5 === 0 ? 0.2 : 0,
    [0, 0.1, 0.5][(seed >> 2) % 3],
  ]
  const sides = x.map((row) => {
    const u = rng.uniform()
    if (u < stillShare) return still
    if (u < stillShare + freeShare) return free
    const eta = row.reduce((total, value, j) => total + value * truth[j], 0)
    return eta > 0 === rng.uniform() >= noise ? up : down
  })
  return { x, sides }
}

describe('against a linear programme', () => {
  it('the largest set of rows, and the end of each coefficient, in 3000 problems', () => {
    let separated = 0
    for (let seed = 1; seed <= 3000; seed++) {
      const { x, sides } = problem(seed)
      const cone = coneOf(x, sides)
      const { moved, ways } = oracle(x, sides)
      const says = `seed ${seed}`
      expect(sum(cone.moved), says).toBe(moved)
      if (moved > 0) separated++
      // The direction is a proof that the rows can be moved.
      const lengths = x.map((row) => row.reduce((total, value, j) => total + value * cone.direction[j], 0))
      x.forEach((_, i) => {
        if (sides[i] === free) return
        if (cone.moved[i]) expect(sides[i] * lengths[i], says).toBeGreaterThan(0)
        else expect(Math.abs(lengths[i]), says).toBeLessThan(1e-9 * (1 + Math.hypot(...cone.direction)))
      })
      ways.forEach(([rises, falls], j) => {
        expect(cone.runs[j], `${says}, coefficient ${j}`).toBe(rises || falls)
        expect(cone.to[j], `${says}, coefficient ${j}`).toBe(rises === falls ? null : rises ? 'Inf' : '-Inf')
      })
    }
    expect(separated).toBeGreaterThan(1000)
    expect(separated).toBeLessThan(2500)
  }, 60_000)
})

describe('invariance', () => {
  it('under the units of the columns, the order of the rows, and mirroring', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const { x, sides } = problem(seed)
      const cone = coneOf(x, sides)
      const units = x[0].map((_, j) => 10 ** (6 * Math.sin(seed + j)))
      expect(
        coneOf(
          x.map((row) => row.map((value, j) => value * units[j])),
          sides,
        ),
        `seed ${seed}`,
      ).toMatchObject({
        moved: cone.moved,
        to: cone.to,
        runs: cone.runs,
      })
      const turned = coneOf([...x].reverse(), [...sides].reverse())
      expect(turned.to).toEqual(cone.to)
      expect([...turned.moved].reverse()).toEqual([...cone.moved])
      const mirrored = coneOf(
        x,
        sides.map((side) => (side === free ? free : -side)),
      )
      expect(mirrored.moved).toEqual(cone.moved)
      expect(mirrored.to).toEqual(cone.to.map((end) => (end === null ? null : end === 'Inf' ? '-Inf' : 'Inf')))
    }
  })
})

describe('nearly separated', () => {
  it.each([2, 5, 12, 20])('%i columns, 2000 rows: one row turned decides', (p) => {
    const rng = stream({ seed: p, purpose: 'response' })
    const truth = Array.from({ length: p }, () => rng.normal())
    const x = Array.from({ length: 2000 }, () => Array.from({ length: p }, (_, j) => (j === 0 ? 1 : rng.normal())))
    const eta = x.map((row) => row.reduce((total, value, j) => total + value * truth[j], 0))
    const sides = eta.map((value) => (value > 0 ? up : down))
    expect(sum(coneOf(x, sides).moved)).toBe(2000)
    // A twin of the row farthest on one side, observed the other way, lies inside the hull of the rest.
    const far = eta.indexOf(Math.max(...eta))
    expect(sum(coneOf([...x, x[far]], [...sides, down]).moved)).toBe(0)
  })

  it('a column far from zero', () => {
    const x = Array.from({ length: 40 }, (_, i) => [1, 1e9 + i * 1e6])
    expect(
      sum(
        coneOf(
          x,
          x.map((_, i) => (i < 20 ? down : up)),
        ).moved,
      ),
    ).toBe(40)
    expect(
      sum(
        coneOf(
          x,
          x.map((_, i) => (i < 20 === (i !== 3) ? down : up)),
        ).moved,
      ),
    ).toBe(0)
  })
})
