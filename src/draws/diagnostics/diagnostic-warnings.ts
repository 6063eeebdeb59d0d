import type { Warning } from '../../errors.js'
import type { ParameterSummary, PosteriorDiagnostics } from '../parameter-summary.js'

/** Limits of Vehtari et al. (2021), section 4, and Betancourt (2016); draws that a chain may stand still. */
export const diagnosticLimits = { rhat: 1.01, essPerChain: 100, ebfmi: 0.3, still: 100 } as const

/** What warnings are drawn from; `chains` and `draws` (a chain) as run. */
export interface DiagnosticEvidence
  extends Pick<PosteriorDiagnostics, 'divergences' | 'divergenceLocation' | 'maxTreedepthHits' | 'ebfmi'> {
  readonly summary: readonly ParameterSummary[]
  readonly chains: number
  readonly draws: number
  /** Each chain's longest run of draws at one place; none where that is not known. */
  readonly still?: readonly Standstill[]
}

/** Draws in a row in which a chain did not move: their number, the first of them (from 0), their mean acceptance rate. */
export interface Standstill {
  readonly draws: number
  readonly from: number
  readonly acceptRate: number
}

/** What is wrong with the draws, in words, and what to do; none when all diagnostics are within their limits. */
export function diagnosticWarnings(evidence: DiagnosticEvidence): Warning[] {
  return [stuck, standing, disagreeing, few, divergent, unexplored, cut].flatMap((check) => check(evidence) ?? [])
}

function stuck({ summary }: DiagnosticEvidence): Warning | undefined {
  const without = summary.filter((s) => Number.isNaN(s.rhat))
  if (without.length === 0) return undefined
  return {
    code: 'NO_DIAGNOSTIC',
    message:
      `R-hat and effective sample size do not exist for ${someOf(without)}: the draws are constant, not finite or ` +
      'fewer than four a chain; do not rely on them before you know which and why',
  }
}

function standing({ still = [] }: DiagnosticEvidence): Warning | undefined {
  const long = still.flatMap((of, c) => (of.draws >= diagnosticLimits.still ? [{ ...of, chain: c + 1 }] : []))
  if (long.length === 0) return undefined
  const reported = long.map(({ chain, draws, from, acceptRate }) => {
    const rate = Number.isNaN(acceptRate) ? '' : ` (acceptance rate ${acceptRate.toPrecision(2)})`
    return `chain ${chain} stood still for ${draws} draws in a row, from draw ${from + 1}${rate}`
  })
  return {
    code: 'STUCK',
    message:
      `${reported.join('; ')}: it is stuck where no proposal is accepted, and its draws say nothing there; warm up longer, ` +
      'raise the target acceptance rate, or use tighter priors or another sampler',
  }
}

function disagreeing({ summary }: DiagnosticEvidence): Warning | undefined {
  const high = summary.filter((s) => s.rhat > diagnosticLimits.rhat).sort((a, b) => b.rhat - a.rhat)
  if (high.length === 0) return undefined
  return {
    code: 'RHAT',
    message:
      `the chains disagree: R-hat is above ${diagnosticLimits.rhat} for ${someOf(high)}, at most ` +
      `${high[0].rhat.toFixed(3)}; warm up longer, and if that does not help, use tighter priors or a simpler model`,
  }
}

function few({ summary, chains }: DiagnosticEvidence): Warning | undefined {
  const wanted = diagnosticLimits.essPerChain * chains
  const least = (s: ParameterSummary): number => Math.min(s.essBulk, s.essTail)
  const low = summary.filter((s) => least(s) < wanted).sort((a, b) => least(a) - least(b))
  if (low.length === 0) return undefined
  const kind = low[0].essBulk <= low[0].essTail ? 'bulk' : 'tail'
  return {
    code: 'ESS',
    message:
      `the draws are worth too few independent ones: the ${kind} effective sample size is ${Math.floor(least(low[0]))} ` +
      `for ${low[0].name}, and below ${wanted} (${diagnosticLimits.essPerChain} a chain) for ${count(low.length, 'parameter')}; ` +
      'make more draws',
  }
}

/** Standard errors from which on it is reported where divergent draws gather: fewer are chance among several parameters. */
const gathered = 3

function divergent({ divergences, divergenceLocation: at, chains, draws }: DiagnosticEvidence): Warning | undefined {
  if (divergences === 0) return undefined
  const where =
    at && Math.abs(at.z) > gathered
      ? `, where ${at.name} is ${at.z < 0 ? 'small' : 'large'} (median ${at.median.toPrecision(2)}, of the others ${at.medianOfOthers.toPrecision(2)})`
      : ''
  return {
    code: 'DIVERGENCES',
    message:
      `${divergences} of ${chains * draws} draws diverged${where}: a part of the posterior was not reached and estimates may be ` +
      'biased; raise the target acceptance rate (to 0.95 or 0.99) or use a tighter prior on the standard deviations',
  }
}

function unexplored({ ebfmi }: DiagnosticEvidence): Warning | undefined {
  const low = ebfmi.flatMap((value, c) => (value < diagnosticLimits.ebfmi ? [{ chain: c + 1, value }] : []))
  if (low.length === 0) return undefined
  return {
    code: 'EBFMI',
    message:
      `the tails may be missed: E-BFMI is below ${diagnosticLimits.ebfmi} in ` +
      `${low.map(({ chain, value }) => `chain ${chain} (${value.toFixed(2)})`).join(', ')}; warm up longer, or use ` +
      'priors with lighter tails',
  }
}

function cut({ maxTreedepthHits, chains, draws }: DiagnosticEvidence): Warning | undefined {
  if (maxTreedepthHits === 0) return undefined
  return {
    code: 'TREEDEPTH',
    message:
      `${maxTreedepthHits} of ${chains * draws} trajectories were cut at the greatest tree depth: not a bias, but slow ` +
      'mixing; warm up longer, raise the greatest depth, or standardise the predictors',
  }
}

/** The first three names and how many more. */
const someOf = (summaries: readonly ParameterSummary[]): string => {
  const shown = summaries.slice(0, 3).map(({ name }) => name)
  const more = summaries.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ')
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
