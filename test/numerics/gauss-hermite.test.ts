import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { gaussHermite } from '../../src/numerics/gauss-hermite.js'

interface Rule {
  readonly k: number
  /** Node and log weight from the middle up. */
  readonly half: readonly (readonly [number, number])[]
}
const truth: readonly Rule[] = JSON.parse(
  readFileSync(new URL('./reference/gauss-hermite.json', import.meta.url), 'utf8'),
)

const largest = 101
const all = Array.from({ length: largest }, (_, i) => i + 1)

/** log E Z^m for even m: log (m - 1)!! */
function logMoments(highest: number): number[] {
  const logs = [0]
  for (let m = 2; m <= highest; m += 2) logs[m] = logs[m - 2] + Math.log(m - 1)
  return logs
}

describe('gaussHermite', () => {
  it('is exact for every monomial to degree 2k - 1, for every k', () => {
    const expected = logMoments(2 * largest)
    for (const k of all) {
      const { nodes, logWeights } = gaussHermite(k)
      for (let m = 0; m <= 2 * k - 2; m += 2) {
        // Summed relative to the true moment, which itself overflows for large m.
        let ratio = 0
        for (let i = 0; i < k; i++) {
          if (m === 0 || nodes[i] !== 0)
            ratio += Math.exp(logWeights[i] + (m === 0 ? 0 : m * Math.log(Math.abs(nodes[i]))) - expected[m])
        }
        expect(Math.abs(ratio - 1), `k = ${k}, degree ${m}`).toBeLessThan(1e-11)
      }
    }
  })

  it('is not exact one even degree further: short by k! / (2k - 1)!!', () => {
    const expected = logMoments(2 * largest)
    let logFactorial = 0
    for (const k of all.slice(0, 15)) {
      logFactorial += Math.log(k)
      const { nodes, logWeights } = gaussHermite(k)
      let ratio = 0
      for (let i = 0; i < k; i++) {
        if (nodes[i] !== 0) ratio += Math.exp(logWeights[i] + 2 * k * Math.log(Math.abs(nodes[i])) - expected[2 * k])
      }
      const missing = Math.exp(logFactorial - expected[2 * k])
      expect(Math.abs(1 - ratio - missing), `k = ${k}`).toBeLessThan(1e-12)
    }
  })

  it('has k ascending nodes, symmetric to the bit, and 0 in the middle of an odd rule', () => {
    for (const k of all) {
      const { nodes, logWeights } = gaussHermite(k)
      expect(nodes.length).toBe(k)
      for (let i = 0; i < k; i++) {
        expect(nodes[i] + nodes[k - 1 - i]).toBe(0)
        expect(logWeights[i]).toBe(logWeights[k - 1 - i])
        if (i > 0) expect(nodes[i]).toBeGreaterThan(nodes[i - 1])
      }
      if (k % 2 === 1) expect(Object.is(nodes[(k - 1) / 2], 0)).toBe(true)
    }
  })

  it('has the closed forms of few nodes', () => {
    const expectRule = (k: number, nodes: number[], weights: number[]): void => {
      const rule = gaussHermite(k)
      for (let i = 0; i < k; i++) {
        expect(Math.abs(rule.nodes[i] - nodes[i])).toBeLessThan(4e-16 * (1 + Math.abs(nodes[i])))
        expect(Math.abs(Math.exp(rule.logWeights[i]) - weights[i])).toBeLessThan(1e-15)
      }
    }
    expectRule(1, [0], [1])
    expectRule(2, [-1, 1], [1 / 2, 1 / 2])
    const r = Math.sqrt(3)
    expectRule(3, [-r, 0, r], [1 / 6, 2 / 3, 1 / 6])
    const outer = Math.sqrt(5 + Math.sqrt(10))
    const inner = Math.sqrt(5 - Math.sqrt(10))
    const small = (7 - 2 * Math.sqrt(10)) / 60
    const large = (7 + 2 * Math.sqrt(10)) / 60
    expectRule(5, [-outer, -inner, 0, inner, outer], [small, large, 8 / 15, large, small])
  })

  it.each(truth.map((rule) => [rule.k, rule.half] as const))('%i nodes are those of 60-digit arithmetic', (k, half) => {
    const { nodes, logWeights } = gaussHermite(k)
    half.forEach(([node, logWeight], i) => {
      const at = Math.floor(k / 2) + i
      expect(Math.abs(nodes[at] - node), `node ${at}`).toBeLessThan(2e-15 * (1 + node))
      expect(Math.abs(logWeights[at] - logWeight), `weight ${at}`).toBeLessThan(1e-12)
    })
  })
})
