import type { RowKernel } from './family.js'
import type { RowDensity } from './row-density.js'

/** The loops of a density with one predictor, where it has no fused ones. */
export function kernelOf(density: RowDensity): RowKernel {
  const eta1 = new Float64Array(1)
  const out = new Float64Array(4)
  const row = (i: number, eta: number): void => {
    eta1[0] = eta
    density.at(i, eta1, out)
  }
  return {
    atNodes: (i, eta, count, logDensity, d1, at, d2) => {
      for (let k = 0; k < count; k++) {
        row(i, eta[k])
        logDensity[k] = out[0]
        d1[at + k] = out[1]
        if (d2) d2[at + k] = out[2]
      }
    },
    score: (eta, from, to, logDensity, d1) => {
      for (let i = from; i < to; i++) {
        row(i, eta[i])
        logDensity[i] = out[0]
        d1[i] = out[1]
      }
    },
    curvature: (eta, from, to, logDensity, d1, d2, d3) => {
      for (let i = from; i < to; i++) {
        row(i, eta[i])
        logDensity[i] = out[0]
        d1[i] = out[1]
        d2[i] = out[2]
        d3[i] = out[3]
      }
    },
  }
}
