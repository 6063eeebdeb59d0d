import type { JointTest, LikelihoodRatioLine, TestRecord } from '../postestimation/test-record.js'
import { type Block, type Document, facts, heading, type Table, table } from './document.js'
import { estimateColumns } from './estimate-columns.js'
import { formatFixed, formatNumber, formatP, STARS_LEGEND, stars } from './format-number.js'
import { warningBlocks } from './record-lines.js'

/** Tests of terms and hypotheses as people read them. */
export function testDocument(record: TestRecord): Document {
  const { formula, family, link, type, terms, random, dropped, hypotheses, joint } = record
  const blocks: Block[] = [
    facts([
      ['Formula', formula],
      ['Family', `${family}(${link})`],
    ]),
    ...(terms.length > 0
      ? [
          heading(`Tests of terms, type ${type === 3 ? 'III' : 'II'}`),
          jointTable(
            terms,
            terms.map(({ term }) => term),
            type === 3
              ? 'each term with factors coded to sum to zero: main effects are averages over the other factors, at 0 of covariates'
              : 'each term given all others but those that contain it',
          ),
        ]
      : []),
    ...(dropped && dropped.length > 0 ? [heading('Likelihood-ratio tests of terms'), ratioTable(dropped)] : []),
    ...(random && random.length > 0 ? [heading('Likelihood-ratio tests of random terms'), ratioTable(random)] : []),
    ...(hypotheses.length > 0 ? [heading('Hypotheses'), hypothesisTable(record)] : []),
    ...(joint ? [jointTable([joint], ['all of them'])] : []),
    ...warningBlocks(record.warnings),
  ]
  return { title: 'Tests', blocks }
}

function jointTable(tests: readonly JointTest[], names: readonly string[], ...notes: readonly string[]): Table {
  const isF = tests.some(({ statistic }) => statistic === 'F')
  const rows = tests.map(({ value, df, dfDenominator, p }, i) => [
    names[i],
    formatFixed(value, 4),
    String(df),
    ...(isF ? [formatNumber(dfDenominator, 2)] : []),
    formatP(p),
    stars(p),
  ])
  const heads = ['<', isF ? 'F' : 'Chi-square', 'df', ...(isF ? ['df of error'] : []), 'p', '<']
  return table(heads, rows, ...notes, STARS_LEGEND)
}

function ratioTable(lines: readonly LikelihoodRatioLine[]): Table {
  const withBoundary = lines.some(({ boundaryP }) => boundaryP !== null)
  const rows = lines.map(({ dropped, logLik, chiSquare, df, p, boundaryP }) => [
    dropped,
    formatFixed(logLik, 4),
    formatFixed(chiSquare, 4),
    String(df),
    formatP(p),
    ...(withBoundary ? [boundaryP === null ? '' : formatP(boundaryP)] : []),
    stars(boundaryP ?? p),
  ])
  const notes = withBoundary
    ? [
        'boundary p: a variance of 0 is at the end of its range; the equal mixture of chi-squares with df - 1 and df degrees of freedom',
      ]
    : []
  return table(
    ['<without', 'logLik', 'Chi-square', 'df', 'p', ...(withBoundary ? ['boundary p'] : []), '<'],
    rows,
    ...notes,
  )
}

function hypothesisTable({ hypotheses, call }: TestRecord): Table {
  const { heads, cells } = estimateColumns(hypotheses, 'estimate')
  const rows = hypotheses.map((one) => [one.hypothesis, ...cells(one)])
  const level = typeof call.level === 'number' ? call.level : 0.95
  return table(['<', ...heads], rows, `estimate: of the left side; ${Number((100 * level).toPrecision(6))} % limits`)
}
