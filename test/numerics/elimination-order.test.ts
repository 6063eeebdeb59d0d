import { describe, expect, it } from 'vitest'
import {
  addClique,
  type BitGraph,
  bitGraph,
  eliminationWork,
  minimumDegree,
} from '../../src/numerics/elimination-order.js'
import { uniforms } from '../reference/uniforms.js'

/** A graph with its adjacency as a plain matrix beside it. */
function graphOf(m: number, edges: readonly (readonly [number, number])[], weight = new Int32Array(m).fill(1)) {
  const graph = bitGraph(weight)
  const matrix = Array.from({ length: m }, (_, i) => Array.from({ length: m }, (__, j) => i === j))
  for (const [a, b] of edges) {
    const set = new Uint32Array(graph.words)
    set[a >> 5] |= 1 << (a & 31)
    set[b >> 5] |= 1 << (b & 31)
    addClique(graph, set)
    matrix[a][b] = matrix[b][a] = true
  }
  return { graph, matrix }
}

/** Degrees met by eliminating in an order, one boolean at a time. */
function degrees(given: readonly (readonly boolean[])[], order: ArrayLike<number>, weight: Int32Array): number[] {
  const beside = given.map((row) => [...row])
  const left = new Set(Array.from(order))
  return Array.from(order, (v) => {
    const neighbours = [...left].filter((u) => beside[v][u])
    for (const a of neighbours) for (const b of neighbours) beside[a][b] = true
    left.delete(v)
    return neighbours.reduce((sum, u) => sum + weight[u], 0)
  })
}

const random = (m: number, share: number, seed: number): [number, number][] => {
  const next = uniforms(seed)
  const edges: [number, number][] = []
  for (let a = 0; a < m; a++) for (let b = 0; b < a; b++) if (next() < share) edges.push([a, b])
  return edges
}

describe('minimum degree', () => {
  it('leaves a tree without fill-in, whatever its numbering', () => {
    const next = uniforms(4)
    const name = Array.from({ length: 70 }, (_, i) => i).sort(() => next() - 0.5)
    const edges = name.slice(1).map((v, i): [number, number] => [v, name[Math.floor(next() * (i + 1))]])
    const { graph, matrix } = graphOf(70, edges)
    const met = degrees(matrix, minimumDegree(graph), graph.weight)
    // Itself and at most one neighbour; of the last few, which count as a dense block, at most all.
    expect(met.slice(0, 60).every((degree) => degree <= 2)).toBe(true)
    expect(met.reduce((sum, degree) => sum + degree, 0)).toBeLessThanOrEqual(2 * 70 + 10)
  })

  it.each([0.03, 0.1, 0.3])('takes a node of least degree at each step, share of edges %d', (share) => {
    const { graph, matrix } = graphOf(60, random(60, share, 9))
    const order = minimumDegree(graph)
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i))
    const beside = matrix.map((row) => [...row])
    const left = new Set(Array.from(order))
    for (const v of order) {
      const degree = (u: number): number => [...left].filter((w) => beside[u][w]).length
      const least = Math.min(...[...left].map(degree))
      if (least > 0.4 * left.size) break
      expect(degree(v)).toBe(least)
      const neighbours = [...left].filter((u) => beside[v][u])
      for (const a of neighbours) for (const b of neighbours) beside[a][b] = true
      left.delete(v)
    }
  })

  it('does less work than a bad order, and as much as it says', () => {
    // A star: its centre first joins everything.
    const m = 80
    const star = graphOf(
      m,
      Array.from({ length: m - 1 }, (_, i): [number, number] => [0, i + 1]),
    )
    const natural = Int32Array.from({ length: m }, (_, i) => i)
    expect(eliminationWork(star.graph, minimumDegree(star.graph))).toBeLessThan(
      0.02 * eliminationWork(star.graph, natural),
    )
  })

  it('work is the sum of squares of the degrees where runs are wide, up to ten times it elsewhere', () => {
    const cases: [BitGraph, boolean[][]][] = [0.05, 0.2, 0.9].map((share) => {
      const weight = Int32Array.from({ length: 50 }, (_, v) => 1 + (v % 3))
      const { graph, matrix } = graphOf(50, random(50, share, 21), weight)
      return [graph, matrix]
    })
    for (const [graph, matrix] of cases) {
      const order = minimumDegree(graph)
      const plain = degrees(matrix, order, graph.weight).reduce((sum, d, k) => sum + graph.weight[order[k]] * d * d, 0)
      const work = eliminationWork(graph, order)
      expect(work).toBeGreaterThan(0.9 * plain * 0.5)
      expect(work).toBeLessThanOrEqual(10 * plain)
    }
  })
})
