/** Nodes and weights of Gauss and Legendre's rule on [-1, 1]: exact for polynomials of degree 2 size - 1. */
export interface GaussLegendre {
  readonly nodes: Float64Array
  readonly weights: Float64Array
}

const rules = new Map<number, GaussLegendre>()

/** The rule with `size` nodes, by Newton's method on the Legendre polynomial from Tricomi's first guess; made once. */
export function gaussLegendre(size: number): GaussLegendre {
  const made = rules.get(size)
  if (made) return made
  const nodes = new Float64Array(size)
  const weights = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (size + 0.5))
    let slope = 0
    for (let step = 0; step < 100; step++) {
      let [before, value] = [1, x]
      for (let k = 2; k <= size; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k]
      slope = (size * (x * value - before)) / (x * x - 1)
      const move = value / slope
      x -= move
      if (Math.abs(move) < 1e-15) break
    }
    nodes[i] = x
    weights[i] = 2 / ((1 - x * x) * slope * slope)
  }
  const rule = { nodes, weights }
  rules.set(size, rule)
  return rule
}

/** The integral of f over [from, to] by `panels` panels of equal width with a rule of 16 nodes each. */
export function integrate(f: (x: number) => number, from: number, to: number, panels: number): number {
  const { nodes, weights } = gaussLegendre(16)
  const half = (to - from) / (2 * panels)
  let sum = 0
  for (let panel = 0; panel < panels; panel++) {
    const centre = from + (2 * panel + 1) * half
    for (let i = 0; i < nodes.length; i++) sum += weights[i] * f(centre + half * nodes[i])
  }
  return sum * half
}
