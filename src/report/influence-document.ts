import type { InfluenceRecord, LeftOut } from '../postestimation/influence-record.js'
import { type Block, type Document, facts, heading, paragraph, table } from './document.js'
import { formatNumber } from './format-number.js'
import { csvOf } from './csv.js'
import { warningBlocks } from './record-lines.js'

/** Rows that people are shown; files have them all. */
const shown = 20

/** What each cluster does to a fit as people read it, the most influential first. */
export function influenceDocument(record: InfluenceRecord): Document {
  const { formula, family, link, cluster, parameters, left } = record
  const sorted = [...left].sort((a, b) => (b.cook ?? -1) - (a.cook ?? -1))
  const rows = sorted
    .slice(0, shown)
    .map((one) => [
      one.level,
      String(one.rows),
      formatNumber(one.cook, 4),
      formatNumber(one.cookAll, 4),
      ...one.dfbetas.map((value) => formatNumber(value, 3)),
    ])
  const changing = sorted.filter(({ changes }) => changes.length > 0)
  const blocks: Block[] = [
    facts([
      ['Formula', formula],
      ['Family', `${family}(${link})`],
      ['Left out one at a time', `${cluster} (${left.length})`],
    ]),
    heading('Influence'),
    table(
      [`<${cluster}`, 'rows', "Cook's distance", 'of all', ...parameters],
      rows,
      "Cook's distance: of the fixed effects, and (of all) of all parameters; then DFBETAS: the estimate with these rows less that without them, in standard errors of the fit without them",
      ...(left.length > shown ? [`${left.length - shown} more: --out FILE.csv or --json has them`] : []),
    ),
    heading('Conclusions'),
    paragraph(
      changing.length === 0
        ? `No 95 % interval of a fixed effect takes 0 in, or leaves it out, without any one ${cluster === 'rows' ? 'row' : cluster}.`
        : `${changing.length} of ${left.length} change, when left out, whether a 95 % interval contains 0: ${changing
            .slice(0, 10)
            .map(({ level, changes }) => `${level} (${changes.join(', ')})`)
            .join('; ')}${changing.length > 10 ? `; and ${changing.length - 10} more` : ''}.`,
    ),
    ...warningBlocks(record.warnings),
  ]
  return { title: 'Influence', blocks }
}

/** A line a cluster. */
export function influenceCsv({ cluster, parameters, left }: InfluenceRecord): string {
  const of = (prefix: string): string[] => parameters.map((name) => `${prefix}${name}`)
  const names = [
    cluster === 'rows' ? 'row' : cluster,
    'rows',
    'cook',
    'cook_all',
    ...of('estimate_'),
    ...of('dfbetas_'),
    ...of('one_step_'),
    'changes',
  ]
  const line = (one: LeftOut): unknown[] => [
    one.level,
    one.rows,
    one.cook,
    one.cookAll,
    ...one.estimates,
    ...one.dfbetas,
    ...(one.oneStep ?? parameters.map(() => null)),
    one.changes.join(' '),
  ]
  return csvOf(names, left.map(line))
}
