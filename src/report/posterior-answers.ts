import type { HypothesisRecord } from '../draws/answers/hypothesis.js'
import type { LooRecord, Total, WaicRecord } from '../draws/answers/loo-record.js'
import type { PosteriorAnswers } from '../draws/answers/posterior-queries.js'
import type { PosteriorRecord } from '../draws/answers/posterior-record.js'
import type { PredictiveRecord } from '../draws/answers/predictive-record.js'
import type { LevelRank, RanksRecord } from '../draws/answers/ranks.js'
import { caterpillarText } from '../plot/caterpillar-text.js'
import { predictiveText } from '../plot/predictive-text.js'
import { type Block, facts, heading, table } from './document.js'
import { formatBeside, formatCount, formatFixed, formatNumber } from './format-number.js'
import { summaryCells, summaryHeads } from './summary-cells.js'

/** Levels of a factor shown in full; of more than these, the highest and the lowest few. */
const MOST_LEVELS = 40
const FEW_LEVELS = 15
/** Levels of which a matrix of pairs is shown. */
const MOST_PAIRS = 12

/** What was asked of a posterior, as people read it. `predictiveFigure` is an SVG in place of characters. */
export function answerBlocks(p: PosteriorRecord & PosteriorAnswers, predictiveFigure: string | null): Block[] {
  return [
    ...(p.hypotheses ? hypothesisBlocks(p.hypotheses) : []),
    ...(p.ranks ?? []).flatMap((one) => rankBlocks(one, p)),
    ...(p.loo || p.looClusters || p.waic ? crossValidationBlocks(p) : []),
    ...(p.predictive ? predictiveBlocks(p.predictive, predictiveFigure) : []),
  ]
}

function hypothesisBlocks(all: readonly HypothesisRecord[]): Block[] {
  const compared = all.flatMap(({ hypothesis, comparison }) => (comparison ? [{ hypothesis, comparison }] : []))
  const tested = table(
    ['<', 'probability', 'mcse', 'odds', 'ESS'],
    compared.map(({ hypothesis, comparison: { probability, mcse, evidenceRatio, ess } }) => [
      hypothesis,
      formatFixed(probability, 4),
      formatNumber(mcse, 5),
      formatNumber(evidenceRatio ?? Number.POSITIVE_INFINITY, 3),
      formatCount(ess),
    ]),
    'odds: probability / (1 - probability), the evidence ratio',
  )
  const summarised = table(
    ['<', ...summaryHeads],
    all.map(({ hypothesis, summary: s }) => [hypothesis, ...summaryCells(s)]),
    ...(compared.length > 0 ? ['of a comparison: its left side less its right one'] : []),
  )
  return [heading('Hypotheses'), ...(compared.length > 0 ? [tested] : []), summarised]
}

function rankBlocks({ group, name, predictor, levels, pairwise }: RanksRecord, p: PosteriorRecord): Block[] {
  const sorted = [...levels].sort((a, b) => a.mean - b.mean)
  const all = sorted.length <= MOST_LEVELS
  const shown = all ? sorted : [...sorted.slice(0, FEW_LEVELS), ...sorted.slice(-FEW_LEVELS)]
  const cell = ({ probability, mcse }: LevelRank['highest']): string[] => [
    formatFixed(probability, 4),
    formatFixed(mcse, 4),
  ]
  const rows = shown.map(({ level, mean, q2_5, q50, q97_5, highest, lowest }) => [
    level,
    formatFixed(mean, 2),
    ...[q2_5, q50, q97_5].map((x) => formatFixed(x, 1)),
    ...cell(highest),
    ...cell(lowest),
  ])
  const of = name === 'Intercept' ? '' : ` by ${name}`
  const where = predictor === 'mean' ? '' : ` (${predictor})`
  const left = all ? [] : [`${sorted.length - shown.length} levels in between; --json has them all.`]
  return [
    heading(`Ranks of ${group}${of}${where}`),
    table(
      ['<', 'mean rank', '2.5 %', '50 %', '97.5 %', 'P(highest)', 'mcse', 'P(lowest)', 'mcse'],
      rows,
      'rank 1 is the highest effect',
      ...left,
    ),
    ...effectFigure(group, name, predictor, levels, p),
    ...(pairwise && levels.length <= MOST_PAIRS ? [pairTable(levels, pairwise)] : []),
  ]
}

/** The effects themselves, with their limits. */
function effectFigure(
  group: string,
  name: string,
  predictor: string,
  levels: readonly LevelRank[],
  { summary }: PosteriorRecord,
): Block[] {
  if (predictor !== 'mean') return []
  const byName = new Map(summary.map((s) => [s.name, s]))
  const intervals = levels.flatMap(({ level }) => {
    const s = byName.get(`r_${group}[${level.replaceAll(' ', '.')},${name}]`)
    return s ? [{ label: level, mean: s.mean, lower: s.q2_5, upper: s.q97_5 }] : []
  })
  if (intervals.length === 0) return []
  const caption = `● posterior mean of each level's effect with its 95 % interval.`
  return [{ kind: 'figure', svg: null, text: (width) => caterpillarText(intervals, { width }), caption }]
}

const paretoFacts = (items: readonly (readonly [string, string])[]): Block[] => (items.length > 0 ? [facts(items)] : [])

const pairTable = (levels: readonly LevelRank[], pairwise: readonly (readonly number[])[]): Block =>
  table(
    ['<', ...levels.map(({ level }) => level)],
    levels.map(({ level }, g) => [level, ...pairwise[g].map((p, h) => (g === h ? '' : formatFixed(p, 3)))]),
    'probability that the level of the row has a higher effect than that of the column',
  )

function crossValidationBlocks({ loo, looClusters, waic }: PosteriorAnswers): Block[] {
  const reported = ({ estimate, se }: Total): string[] => [formatFixed(estimate, 2), formatFixed(se, 2)]
  const row = (what: string, elpd: Total, p: Total, ic: Total, mcse: number | null): string[] => [
    what,
    ...[elpd, p, ic].flatMap(reported),
    formatNumber(mcse, 3),
  ]
  const looRow = (what: string, one: LooRecord): string[] => row(what, one.elpd, one.p, one.looic, one.mcse)
  const waicRow = (one: WaicRecord): string[] => row('WAIC', one.elpd, one.p, one.waic, null)
  const pareto = ({ pointwise, maxParetoK, paretoKAbove }: LooRecord): string =>
    `largest ${formatFixed(maxParetoK, 2)}; above 0.5: ${paretoKAbove['0.5']}, above 0.7: ${paretoKAbove['0.7']} of ${pointwise.length}`
  return [
    heading('Prediction of what is left out'),
    table(
      ['<', 'elpd', 'SE', 'p', 'SE', '-2 elpd', 'SE', 'mcse'],
      [
        ...(loo ? [looRow('LOO, rows', loo)] : []),
        ...(looClusters ? [looRow(`LOO, levels of ${looClusters.group}`, looClusters)] : []),
        ...(waic ? [waicRow(waic)] : []),
      ],
      'elpd: expected log predictive density; p: effective number of parameters; mcse: Monte Carlo error of elpd',
    ),
    ...paretoFacts([
      ...(loo ? ([['Pareto k, rows', pareto(loo)]] as const) : []),
      ...(looClusters ? ([[`Pareto k, levels of ${looClusters.group}`, pareto(looClusters)]] as const) : []),
    ]),
  ]
}

function predictiveBlocks(c: PredictiveRecord, figure: string | null): Block[] {
  const effects = c.newLevels ? 'random effects drawn anew' : "random effects of the replicate's draw"
  return [
    heading(c.of === 'prior' ? 'Prior predictive check' : 'Posterior predictive check'),
    table(
      ['<', 'observed', 'mean', 'sd', '2.5 %', '97.5 %', 'p'],
      c.statistics.map((s) => [
        s.name,
        ...[s.observed, s.mean].map((x) => formatBeside(x, s.sd, 4)),
        formatNumber(s.sd, 4),
        ...[s.q2_5, s.q97_5].map((x) => formatBeside(x, s.sd, 4)),
        formatFixed(s.p, 4),
      ]),
      `${c.replicates} replicates, ${effects}; of the ${c.scale === 'proportion' ? 'proportion of the trials' : 'response'}`,
      'p: share of replicates above the observed value, those equal to it counted half; near 0 or 1 the model does not fit',
    ),
    {
      kind: 'figure',
      svg: figure,
      text: (width) => predictiveText(c.distribution, { width }),
      caption:
        'Share of the rows by value: observed, and the middle 95 % of the replicates; ○ observed outside of these.',
    },
  ]
}
