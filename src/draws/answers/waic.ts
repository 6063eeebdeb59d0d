import type { Warning } from '../../errors.js'
import { drawnModel, type Sampled } from '../drawn-model.js'
import { fromPosterior } from './loo.js'
import { listed, totalOf, type WaicRecord } from './loo-record.js'
import { eachRowLogLik } from './row-log-likelihood.js'

/** A row's variance of the log density above which WAIC is unreliable (Vehtari, Gelman and Gabry 2017). */
const limit = 0.4

/**
 * The widely applicable information criterion by rows, given the parameters and random effects of a draw.
 *
 * @param posterior - With draws: of `sample` or `check`.
 * @returns The expected log predictive density, the effective number of parameters, and WAIC = -2 elpd.
 * @throws GlmmError USAGE for draws of the prior, and for a posterior without draws.
 * @example
 * import { sample, tableFrom, waic } from 'glmm/core'
 * const table = tableFrom({ y: [4, 6, 5, 9, 11, 8, 2, 3, 4], g: ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c'] })
 * const posterior = await sample('y ~ 1 + (1 | g)', table, { family: 'poisson', chains: 2, draws: 200 })
 * const { elpd, waic: criterion } = waic(posterior)
 * console.log(criterion.estimate === -2 * elpd.estimate) // true
 */
export function waic(posterior: Sampled): WaicRecord {
  const sample = drawnModel(posterior)
  fromPosterior(sample, 'WAIC')
  const elpds: number[] = []
  const ps: number[] = []
  eachRowLogLik(sample, (_, logLik) => {
    const size = logLik.length
    const highest = logLik.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
    const mean = logLik.reduce((sum, value) => sum + value, 0) / size
    let density = 0
    let squares = 0
    for (const value of logLik) {
      density += Math.exp(value - highest)
      squares += (value - mean) ** 2
    }
    const p = squares / (size - 1)
    ps.push(p)
    elpds.push(Math.log(density / size) + highest - p)
  })
  const high = ps.flatMap((p, row) => (p > limit ? [{ row, p }] : [])).sort((a, b) => b.p - a.p)
  return {
    elpd: totalOf(elpds),
    p: totalOf(ps),
    waic: totalOf(elpds, -2),
    highP: high.length,
    warnings: high.length > 0 ? [highWarning(high, ps.length)] : [],
  }
}

function highWarning(high: readonly { readonly row: number; readonly p: number }[], total: number): Warning {
  const names = listed(high.map(({ row, p }) => `${row + 1} (${p.toFixed(2)})`))
  const message = `WAIC is not to be trusted: its p is above ${limit} for ${high.length} of ${total} rows, ${names}; use --loo`
  return { code: 'WAIC', message }
}
