import type { ChainStatistics } from '../chain-statistics.js'
import { diagnosticWarnings } from './diagnostic-warnings.js'
import { divergenceLocation } from './divergence-location.js'
import type { Draws } from '../draws.js'
import { ebfmi } from './ebfmi.js'
import type { ParameterSummary, PosteriorDiagnostics } from '../parameter-summary.js'
import { standstill } from './standstill.js'
import { meanOf } from './variance-of-means.js'

/**
 * The diagnostics of a run from its summary and the statistics of each chain, warnings included; with its draws, of which
 * the first `outer` are parameters, also where divergent ones lie.
 */
export function posteriorDiagnostics(
  summary: readonly ParameterSummary[],
  statistics: readonly ChainStatistics[],
  drawn?: { readonly draws: Draws; readonly outer: number },
): PosteriorDiagnostics {
  const found = {
    divergences: statistics.reduce((sum, { divergent }) => sum + total(divergent), 0),
    ...(drawn && { divergenceLocation: divergenceLocation(drawn.draws, drawn.outer, statistics) }),
    maxTreedepthHits: statistics.reduce((sum, { cut }) => sum + total(cut), 0),
    ebfmi: statistics.map(({ energy }) => ebfmi(energy)),
    stepSize: statistics.map(({ stepSize }) => stepSize),
    acceptRate: statistics.map(({ acceptRate }) => meanOf(acceptRate)),
  }
  const draws = statistics.length === 0 ? 0 : statistics[0].logDensity.length
  return {
    ...found,
    warnings: diagnosticWarnings({
      ...found,
      summary,
      chains: statistics.length,
      draws,
      still: statistics.map(standstill),
    }),
  }
}

const total = (flags: Float64Array): number => flags.reduce((sum, flag) => sum + flag, 0)
