import type { ComparedModel, CompareRecord } from '../fit/compare/compare-record.js'
import { type Block, type Document, facts, heading, list, type Table, table } from './document.js'
import { formatFixed, formatP, STARS_LEGEND, stars } from './format-number.js'
import { warningBlocks } from './record-lines.js'

/** A comparison as people read it: the models, information criteria, likelihood-ratio tests. */
export function compareDocument(record: CompareRecord): Document {
  const { models, nobs } = record
  return {
    title: 'Comparison of fits',
    blocks: [
      facts([...models.map((model): [string, string] => [model.name, modelText(model)]), ['Rows', String(nobs)]]),
      heading('Information criteria'),
      criteriaTable(models),
      heading('Likelihood-ratio tests'),
      testTable(models),
      ...noteBlocks(models),
      ...warningBlocks(record.warnings),
    ],
  }
}

function modelText({ formula, family, link, method, nodes }: ComparedModel): string {
  const how = nodes === null || nodes === 1 ? (nodes === 1 ? ', Laplace' : '') : `, ${nodes} nodes`
  return `${formula}, ${family}(${link}), ${method}${how}`
}

function criteriaTable(models: readonly ComparedModel[]): Table {
  const rows = models.map((model) => [
    model.name,
    String(model.df),
    ...[model.logLik, model.deviance, model.aic, model.bic, model.deltaAic, model.weight].map((x) => formatFixed(x, 4)),
  ])
  return table(
    ['<', 'df', 'logLik', 'deviance', 'AIC', 'BIC', 'delta AIC', 'weight'],
    rows,
    "delta AIC: above the least; weight: Akaike's, the share of exp(-delta AIC / 2)",
  )
}

function testTable(models: readonly ComparedModel[]): Table {
  const withBoundary = models.some(({ test }) => test && test.boundaryP !== null)
  const rows = models.flatMap(({ name, test }) => {
    if (!test) return []
    const reported = test.p === null ? '' : formatP(test.p)
    const boundary = test.boundaryP === null ? '' : formatP(test.boundaryP)
    return [
      [
        `${name} against ${test.against}`,
        formatFixed(test.chiSquare, 4),
        String(test.dfDifference),
        reported,
        ...(withBoundary ? [boundary] : []),
        stars(test.boundaryP ?? test.p),
      ],
    ]
  })
  const headers = ['<', 'Chi-square', 'Df', 'Pr(>Chi-square)', ...(withBoundary ? ['boundary p'] : []), '<']
  return table(headers, rows, STARS_LEGEND)
}

function noteBlocks(models: readonly ComparedModel[]): Block[] {
  const notes = models.flatMap(({ name, test }) =>
    test && test.p !== null ? test.notes.map((note) => `${name}: ${note}`) : [],
  )
  return notes.length === 0 ? [] : [heading('On the tests'), list(notes)]
}
