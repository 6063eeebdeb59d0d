import type { PosteriorRecord, QuadratureDiagnostics } from '../draws/answers/posterior-record.js'
import type { ParameterSummary } from '../draws/parameter-summary.js'
import { type Block, type Document, facts, heading, list, type Table, table } from './document.js'
import { formatCount, formatFixed, formatNumber } from './format-number.js'
import { ofAnyPosterior, summaryCells, summaryHeads } from './summary-cells.js'
import { answerBlocks } from './posterior-answers.js'
import { dataLine, warningBlocks } from './record-lines.js'

/** Effects of single levels shown in full; of more than these, the first few. */
const MOST_EFFECTS = 30
const FEW_EFFECTS = 10

/** Pictures of a posterior, as SVG; null where there is none. */
export interface PosteriorFigures {
  readonly predictive: string | null
}

/** A posterior as people read it: priors, summaries, what says whether the draws can be trusted, and what was asked of it. */
export function posteriorDocument(p: PosteriorRecord, figures: PosteriorFigures = { predictive: null }): Document {
  return {
    title: p.quadrature
      ? `Posterior by ${p.sampler}: a grid of ${p.quadrature.grid.join(' x ')} over the outer parameters, no chains`
      : `${p.call.priorOnly === true ? 'Prior' : 'Posterior'} by ${p.sampler}: ${p.chains} chains of ${p.draws} draws after ${p.warmup} of warm-up, seed ${p.seed}`,
    blocks: [
      facts([
        ['Formula', p.formula],
        ['Family', `${p.family}(${p.link})`],
        ['Data', dataLine(p)],
        ...(p.samplerReason ? [samplerFact(p)] : []),
      ]),
      ...(p.priors.length === 0 ? [] : [heading('Priors'), list(p.priors)]),
      heading('Summary'),
      summaryTable(p),
      heading('Diagnostics'),
      p.quadrature ? quadratureFacts(p, p.quadrature) : diagnosticFacts(p),
      ...answerBlocks(p, figures.predictive),
      ...warningBlocks(posteriorWarnings(p)),
    ],
  }
}

/** The sampler, and why it was chosen where it was not named. */
export const samplerFact = ({ sampler, samplerReason }: PosteriorRecord): [string, string] => [
  'Sampler',
  samplerReason ? `${sampler}: ${samplerReason}` : sampler,
]

/** A row a parameter; of many effects of single levels (brms names them `r_...`), only the first. */
function summaryTable({ summary, quadrature }: PosteriorRecord): Table {
  const outer = summary.filter((s) => !s.name.startsWith('r_'))
  const effects = summary.filter((s) => s.name.startsWith('r_'))
  const shown = effects.length > MOST_EFFECTS ? effects.slice(0, FEW_EFFECTS) : effects
  // A grid has no Monte Carlo error.
  const told = (cells: readonly string[]): readonly string[] => (quadrature ? cells.filter(ofAnyPosterior) : cells)
  const rows = [...outer, ...shown].map((s) => [s.name, ...told(summaryCells(s))])
  const more = effects.length - shown.length
  return table(
    ['<', ...told(summaryHeads)],
    rows,
    ...(more > 0 ? [`${more} further effects of single levels; --json has them all.`] : []),
  )
}

/** Whether the grid can be trusted, and what it cost. */
function quadratureFacts(p: PosteriorRecord, { points, nodes, change, edgeWeight }: QuadratureDiagnostics): Block {
  return facts([
    ['Log marginal likelihood', formatNumber(p.logMarginalLikelihood ?? Number.NaN, 4)],
    ['Change by the last refinement', `${change.toExponential(1)} standard deviations`],
    ['Largest share on an edge', edgeWeight.toExponential(1)],
    ['Points', `${points}, with ${nodes} nodes a random effect`],
    ['Time', `${formatFixed(p.timing.sampleSeconds, 2)} s`],
  ])
}

/** Whether the chains can be trusted, and what they cost. */
export function diagnosticFacts(p: PosteriorRecord): Block {
  const { divergences, maxTreedepthHits, ebfmi, acceptRate, stepSize } = p.diagnostics
  const rhat = largest(p.summary.map((s) => s.rhat))
  const total = p.chains * p.draws
  const each = (values: readonly number[], decimals: number): string =>
    values.length === 0 ? 'none' : values.map((x) => formatNumber(x, decimals)).join(', ')
  // A sampler without energies or steps has no such line.
  const ofSome = (what: string, values: readonly number[], decimals: number): [string, string][] =>
    values.length > 0 && !values.some(Number.isFinite) ? [] : [[what, each(values, decimals)]]
  const { warmupSeconds, sampleSeconds, minEssPerSecond } = p.timing
  return facts([
    ['Largest R-hat', formatFixed(rhat, 4)],
    [
      'Smallest ESS',
      `${formatCount(least(p.summary, 'essBulk'))} bulk, ${formatCount(least(p.summary, 'essTail'))} tail`,
    ],
    ['Divergences', `${divergences} of ${total} draws`],
    ['Tree depth at its limit', `${maxTreedepthHits} of ${total} draws`],
    ...ofSome('E-BFMI by chain', ebfmi, 2),
    ['Acceptance by chain', each(acceptRate, 2)],
    ...ofSome('Step size by chain', stepSize, 4),
    ['Time', `${formatFixed(warmupSeconds, 1)} s warm-up, ${formatFixed(sampleSeconds, 1)} s sampling (all chains)`],
    [
      'Smallest ESS a second',
      `${formatCount(minEssPerSecond.outer)} (parameters), ${formatCount(minEssPerSecond.all)} (effects included)`,
    ],
  ])
}

/** The record's warnings and those of its diagnostics, each once. */
export function posteriorWarnings(p: PosteriorRecord): PosteriorRecord['warnings'] {
  const seen = new Map([...p.warnings, ...p.diagnostics.warnings].map((w) => [`${w.code} ${w.message}`, w]))
  return [...seen.values()]
}

/** Largest number, NaN where any is missing: a chain that did not move must not look converged. */
const largest = (values: readonly number[]): number =>
  values.length === 0 ? Number.NaN : values.reduce((a, b) => Math.max(a, b ?? Number.NaN), Number.NEGATIVE_INFINITY)

const least = (summary: readonly ParameterSummary[], key: 'essBulk' | 'essTail'): number =>
  summary.length === 0
    ? Number.NaN
    : summary.reduce((a, s) => Math.min(a, s[key] ?? Number.NaN), Number.POSITIVE_INFINITY)
