import type { CheckRecord, Verdict } from '../check/check-record.js'
import { caterpillarText } from '../plot/caterpillar-text.js'
import { type CheckFigures, effectTerms, rungName, sdName } from './check-figures.js'
import {
  type Block,
  callout,
  type Document,
  facts,
  heading,
  paragraph,
  preformatted,
  type Table,
  type Tone,
  table,
} from './document.js'
import {
  formatBeside,
  formatDuration,
  formatEstimate,
  formatFixed,
  formatNumber,
  formatShift,
} from './format-number.js'
import { modelCallout, testBlocks } from './model-blocks.js'
import { nextStep } from './next-step.js'
import { diagnosticFacts, posteriorWarnings, samplerFact } from './posterior-document.js'
import { dataLine, warningBlocks } from './record-lines.js'

/** Clusters listed as most responsible for the Laplace error. */
const WORST = 5

/** A check as people read it, the verdict first. With `figures` (see `checkFigures`) the pictures are SVG. */
export function checkDocument(c: CheckRecord, figures?: CheckFigures): Document {
  const next = nextStep(c)
  return {
    title: 'Is the Laplace approximation good enough, and does the model fit the data?',
    blocks: [
      callout(TONE[c.verdict], `Verdict on the integral: ${c.verdict}`, c.reasons),
      ...modelCallout(c),
      facts([
        ['Formula', c.formula],
        ['Family', `${c.family}(${c.link})`],
        ['Data', dataLine(c)],
        samplerFact(c.posterior),
      ]),
      heading('Laplace, best rung, posterior'),
      comparisonTable(c),
      ...ratioBlocks(c),
      heading('Ladder'),
      ladderTable(c),
      ...ladderFigure(figures?.ladder ?? null),
      ...clusterBlocks(c),
      ...effectBlocks(c, figures?.caterpillars ?? []),
      heading('Posterior diagnostics'),
      diagnosticFacts(c.posterior),
      ...testBlocks(c),
      ...warningBlocks(allWarnings(c)),
      heading('What to do next'),
      paragraph(next.advice),
      preformatted(next.command),
    ],
  }
}

const TONE: Readonly<Record<Verdict, Tone>> = { adequate: 'good', inadequate: 'bad', undetermined: 'unsure' }

function comparisonTable(c: CheckRecord): Table {
  const withK = c.comparison.some((d) => d.paretoK !== null)
  const rows = c.comparison.map((d) => [
    d.parameter,
    ...[d.laplace, d.best].map((x) => d.runsTo ?? formatBeside(x, d.se, 4)),
    formatBeside(d.se, d.se, 4),
    formatShift(d.shiftInSe),
    ...[d.posteriorMean, d.posteriorSd, d.lower, d.upper].map((x) => formatBeside(x, d.posteriorSd, 4)),
    ...(withK ? [formatFixed(d.paretoK, 2)] : []),
  ])
  const best = c.rungs[c.rungs.length - 1]
  const headers = ['<', 'Laplace', 'best', 'SE', 'shift/SE', 'mean', 'sd', '2.5 %', '97.5 %']
  const note = `best: ${best === undefined ? 'no rung' : rungText(best)}; SE: its standard error; shift: Laplace minus best; mean, sd and limits: posterior`
  return table(withK ? [...headers, 'Pareto k'] : headers, rows, note)
}

function rungText(rung: CheckRecord['rungs'][number]): string {
  const name = rungName(rung)
  return /\d$/.test(name) ? `${name} nodes` : name
}

function ratioBlocks(c: CheckRecord): Block[] {
  return [...new Set(c.ratios.map((r) => r.kind))].flatMap((kind) => [
    heading(kind === 'odds ratio' ? 'Odds ratios' : 'Rate ratios'),
    table(
      ['<', 'best', '2.5 %', '97.5 %', 'posterior median', '2.5 %', '97.5 %'],
      c.ratios
        .filter((r) => r.kind === kind)
        .map((r) => [
          r.name,
          ...[r.estimate, r.lower, r.upper, r.posteriorMedian, r.posteriorLower, r.posteriorUpper].map((x) =>
            formatNumber(x, 4),
          ),
        ]),
    ),
  ])
}

function ladderTable(c: CheckRecord): Table {
  const best = c.rungs[c.rungs.length - 1]
  const fixed = best?.fixed.map((f) => f.name) ?? []
  const random = best?.random.flatMap((term) => term.names.map((name, i) => ({ term, name, i }))) ?? []
  const rows = c.rungs.map((rung) => [
    rung.method,
    String(rung.nodes),
    formatFixed(rung.logLik, 5),
    rung.maxShiftInSe === null ? '' : formatShift(rung.maxShiftInSe),
    formatDuration(rung.milliseconds),
    ...fixed.map((name) => {
      const own = rung.fixed.find((f) => f.name === name)
      return own?.runsTo ?? formatNumber(own?.estimate, 5)
    }),
    ...random.map(({ term, name }) => {
      const own = rung.random.find((t) => t.group === term.group && t.names.includes(name))
      const at = own?.names.indexOf(name) ?? -1
      return own?.runsTo?.[at] ?? formatNumber(own?.sd[at], 5)
    }),
  ])
  const sds = random.map(({ term, name }) => sdName(term.group, name))
  return table(
    ['<method', 'nodes', 'logLik', 'shift/SE', 'time', ...fixed, ...sds],
    rows,
    'shift/SE: the largest move of any parameter from the rung before, in standard errors',
  )
}

function ladderFigure(svg: string | null): Block[] {
  if (svg === null) return []
  const caption = 'Estimates at each rung, as distances from the best rung in its standard errors.'
  return [{ kind: 'figure', caption, svg, text: null }]
}

function clusterBlocks(c: CheckRecord): Block[] {
  if (c.clusters.length === 0) return []
  const worst = c.clusters.slice(0, WORST)
  const note = `The ${worst.length} largest of ${c.clusters.length}, as differences in log-likelihood`
  return [
    heading('Clusters most responsible for the Laplace error'),
    table(
      ['<group', '<level', 'error'],
      worst.map((d) => [d.group, d.level, formatEstimate(d.logLikError)]),
      note,
    ),
  ]
}

function effectBlocks(c: CheckRecord, svgs: readonly string[]): Block[] {
  return effectTerms(c).flatMap((term, i): Block[] => [
    heading(`Random effects: ${term.axis}`),
    {
      kind: 'figure',
      svg: svgs[i] ?? null,
      text: (width) => caterpillarText(term.intervals, { width }),
      caption: '● posterior mean with its 95 % interval, ○ conditional mode at the best rung (◉ where they meet).',
    },
  ])
}

/** Warnings of the check and of its posterior, each once. */
function allWarnings(c: CheckRecord): CheckRecord['warnings'] {
  const seen = new Map([...c.warnings, ...posteriorWarnings(c.posterior)].map((w) => [`${w.code} ${w.message}`, w]))
  return [...seen.values()]
}
