import { type RankLine, ranksSvg } from '../../plot/ranks-svg.js'
import { ranksText } from '../../plot/ranks-text.js'
import { bandProbability, countsBelow } from './calibration-summary.js'
import type { StudyFigure } from '../spec/study-kind.js'
import type { StudyRecord } from '../spec/study-record.js'
import { uniformBand } from './uniform-band.js'

/** For each sampler, how far the ranks' distribution function is from that of uniform ones, with the band. */
export function calibrationFigures({ rows, measures, conditions }: StudyRecord): StudyFigure[] {
  return conditions.flatMap((settings, condition): StudyFigure[] => {
    const own = rows.filter((row) => row.condition === condition && row.status === 'ok')
    const ranks = Number(settings.draws) + 1
    const lines: RankLine[] = measures
      .filter((measure) => measure.condition === condition && measure.p !== null)
      .map(({ parameter }) => {
        const counts = new Int32Array(ranks)
        for (const row of own) if (typeof row[parameter] === 'number') counts[row[parameter]]++
        const below = countsBelow(counts)
        const differences = Array.from(below, (count, i) => count / own.length - (i + 1) / (below.length + 1))
        return { parameter, differences }
      })
    if (own.length === 0 || lines.length === 0) return []
    const K = lines[0].differences.length
    const band = uniformBand(own.length, K, bandProbability)
    const at = (counts: Int32Array): number[] =>
      Array.from(counts, (count, i) => count / own.length - (i + 1) / (K + 1))
    const shape = { lower: at(band.lower), upper: at(band.upper) }
    const title = `Ranks under ${settings.sampler}: distribution function less that of uniform ranks`
    return [
      {
        caption: `${title}, with the simultaneous 95 % band`,
        text: (width) => ranksText(lines, shape, width),
        svg: () => ranksSvg(lines, shape, { title }),
      },
    ]
  })
}
