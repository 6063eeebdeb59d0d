/** A density along a line through the nodes of a rule: P(z <= t), times the mass. */
export type LineCdf = (t: number) => number

const cells = 120
/** How far the density goes on beyond the outer nodes, and the most its logarithm may leave that of the normal one there. */
const beyond = 1.5
const most = 3

/**
 * The distribution function of a density known at nodes, the standard normal density times exp of a smooth function: the
 * logarithm of the ratio is interpolated by the polynomial through all nodes (barycentric form, Berrut and Trefethen
 * 2004), which takes far fewer of them than an expansion of the ratio itself. The density is integrated cell by cell,
 * with the corrected trapezoid rule, from somewhat before the first node to somewhat after the last. `nodes` ascend.
 */
export function lineCdf(nodes: readonly number[], logRatios: readonly number[], mass: number): LineCdf {
  const n = nodes.length
  if (n < 2) return (t) => (t >= nodes[0] ? mass : 0)
  const barycentric = nodes.map((z, k) => {
    let product = 1
    // Halved differences keep the product within range.
    for (let j = 0; j < n; j++) if (j !== k) product *= (z - nodes[j]) / 2
    return 1 / product
  })
  const high = logRatios.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const from = nodes[0] - beyond
  const width = (nodes[n - 1] + beyond - from) / cells
  const ends = [logRatios[0], logRatios[n - 1]]
  const density = Float64Array.from({ length: cells + 1 }, (_, i) => {
    const z = from + width * i
    let above = 0
    let below = 0
    for (let k = 0; k < n; k++) {
      const away = z - nodes[k]
      if (Math.abs(away) < 1e-12) return Math.exp(logRatios[k] - high - 0.5 * z * z)
      above += (barycentric[k] / away) * logRatios[k]
      below += barycentric[k] / away
    }
    let ratio = above / below
    if (z < nodes[0]) ratio = Math.min(Math.max(ratio, ends[0] - most), ends[0] + most)
    if (z > nodes[n - 1]) ratio = Math.min(Math.max(ratio, ends[1] - most), ends[1] + most)
    return Math.exp(ratio - high - 0.5 * z * z)
  })
  const slope = (i: number): number => {
    if (i === 0 || i === cells) return 0
    if (i === 1 || i === cells - 1) return (density[i + 1] - density[i - 1]) / 2
    return (8 * (density[i + 1] - density[i - 1]) - (density[i + 2] - density[i - 2])) / 12
  }
  const below = new Float64Array(cells + 1)
  for (let i = 0; i < cells; i++) {
    below[i + 1] = below[i] + (density[i] + density[i + 1]) / 2 + (slope(i) - slope(i + 1)) / 12
  }
  const scale = mass / below[cells]
  return (t) => {
    const place = (t - from) / width
    if (!(place > 0)) return 0
    if (place >= cells) return mass
    const i = Math.floor(place)
    const s = place - i
    const rise = below[i + 1] - below[i]
    const [a, b] = [density[i], density[i + 1]]
    // Cubic Hermite interpolation of the integral, whose slope is the density.
    return scale * (below[i] + s * (a + s * (3 * rise - 2 * a - b + s * (a + b - 2 * rise))))
  }
}
