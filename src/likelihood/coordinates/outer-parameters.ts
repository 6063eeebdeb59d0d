import type { TermCoordinates } from '../frame/coordinates.js'
import type { Stated } from '../frame/stated.js'
import { coefficientOf, drawnFixed, drawnValue, plainName, predictorPrefix } from './drawn-parameters.js'

/** The outer coordinates as the quantities people read, by brms' names, and back. */
export interface OuterParameters {
  /** 'b_treat', 'sigma', 'sd_center__Intercept', 'cor_center__Intercept__treat', ... */
  readonly names: readonly string[]
  /** Names of all effects: 'r_center[1,Intercept]', ... */
  readonly effectNames: readonly string[]
  /** Writes the quantities at the coordinates x into `out` from `at`. */
  readonly write: (x: Float64Array, out: Float64Array, at: number) => void
  /** Writes into x the coordinates of the quantities that stand in `values` from `at`. */
  readonly read: (values: Float64Array, at: number, x: Float64Array) => void
}

export function outerParameters(stated: Stated): OuterParameters {
  const { layout, coordinates: at } = stated
  const fixed = drawnFixed(stated)
  const names = fixed.map(({ name }) => name)
  const effectNames: string[] = []
  const maps = at.terms.map((term) => {
    const { laid, q } = term
    const { group, names: columns, levels } = laid.term
    // Effects in the predictor of a further parameter are named with it: sd_site__zi_Intercept, r_site__zi[1,Intercept].
    const prefixes = Array.from(laid.predictorOf, (k) => predictorPrefix(layout, k))
    const column = (k: number): string => (prefixes[k] ? `${prefixes[k]}_` : '') + plainName(columns[k])
    const of = term.deviationOf
    for (let d = 0; d < term.deviations; d++) names.push(`sd_${group}__${column(of.indexOf(d))}`)
    const pairs = laid.covariance.chart.pairs(q)
    for (const [i, j] of pairs) names.push(`cor_${group}__${column(j)}__${column(i)}`)
    for (const level of levels) {
      columns.forEach((name, k) => {
        const factor = prefixes[k] ? `${group}__${prefixes[k]}` : group
        effectNames.push(`r_${factor}[${level.replaceAll(' ', '.')},${plainName(name)}]`)
      })
    }
    return termMap(term, pairs)
  })
  return {
    names,
    effectNames,
    write: (x, out, start) => {
      fixed.forEach(({ parameter }, j) => {
        out[start + j] = parameter ? drawnValue(parameter, x[j]) : x[j]
      })
      for (const map of maps) map.write(x, out, start)
    },
    read: (values, start, x) => {
      fixed.forEach(({ parameter }, j) => {
        x[j] = parameter ? coefficientOf(parameter, values[start + j]) : values[start + j]
      })
      for (const map of maps) map.read(values, start, x)
    },
  }
}

/** Standard deviations and correlations take as many places among the quantities as they have coordinates. */
function termMap(
  { laid, q, start, deviations, correlationStart, correlations }: TermCoordinates,
  pairs: readonly (readonly [number, number])[],
): Pick<OuterParameters, 'write' | 'read'> {
  const { chart } = laid.covariance
  const factor = new Float64Array(q * q)
  return {
    write: (x, out, at) => {
      for (let d = 0; d < deviations; d++) out[at + start + d] = Math.exp(x[start + d])
      if (correlations === 0) return
      chart.correlationFactor(x.subarray(correlationStart, correlationStart + correlations), q, factor)
      pairs.forEach(([i, j], index) => {
        let sum = 0
        for (let k = 0; k <= j; k++) sum += factor[i * q + k] * factor[j * q + k]
        out[at + correlationStart + index] = sum
      })
    },
    read: (values, at, x) => {
      for (let d = 0; d < deviations; d++) x[start + d] = Math.log(values[at + start + d])
      if (correlations === 0) return
      const R = new Float64Array(q * q)
      for (let i = 0; i < q; i++) R[i * (q + 1)] = 1
      pairs.forEach(([i, j], index) => {
        R[i * q + j] = values[at + correlationStart + index]
        R[j * q + i] = R[i * q + j]
      })
      x.set(chart.fromCorrelations(R, q), correlationStart)
    },
  }
}
