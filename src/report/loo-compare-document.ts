import type { LooCompareRecord } from '../draws/answers/loo-compare.js'
import { type Document, facts, heading, table } from './document.js'
import { formatFixed } from './format-number.js'
import { warningBlocks } from './record-lines.js'

/** A comparison of posteriors by what they predict of what is left out. */
export function looCompareDocument({ models, unit, group, units, warnings }: LooCompareRecord): Document {
  const rows = models.map(({ name, elpd, difference, unreliable }) => [
    name,
    ...[elpd.estimate, elpd.se, difference.estimate, difference.se].map((x) => formatFixed(x, 2)),
    String(unreliable),
  ])
  return {
    title: 'Comparison of posteriors',
    blocks: [
      facts([
        ['Left out', unit === 'row' ? `${units} rows, one at a time` : `${units} levels of ${group}, one at a time`],
      ]),
      heading('Expected log predictive density'),
      table(
        ['<', 'elpd', 'SE', 'difference', 'SE', 'k > 0.7'],
        rows,
        'difference: from the best model; one within a few of its standard errors, or within 4, says little',
      ),
      ...warningBlocks(warnings),
    ],
  }
}
