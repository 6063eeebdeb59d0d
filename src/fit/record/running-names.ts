import type { Warning } from '../../errors.js'
import type { FitRecord } from './fit-record.js'

/** What of a fit says which parameters have no finite maximum. */
export type ReportedFit = Pick<FitRecord, 'fixed' | 'further' | 'random'>

/** Whether a standard deviation of the fit has no finite maximum, so that no error of it means anything. */
export const hasInfiniteDeviation = ({ random }: ReportedFit): boolean =>
  random.some(({ runsTo }) => runsTo.some((end) => end !== null))

/** The parameters of a fit that run to an end, in words; empty where none does. */
export function runningNames({ fixed, further, random }: ReportedFit): string[] {
  const coefficients = (reported: FitRecord['fixed'], of: string): string[] =>
    reported.flatMap(({ name, runsTo }) => (runsTo === null ? [] : [`${name}${of} (${runsTo})`]))
  return [
    ...coefficients(fixed, ''),
    ...further.flatMap(({ predictor, fixed: reported }) => coefficients(reported, ` of ${predictor}`)),
    ...random.flatMap(({ group, names, runsTo }) =>
      runsTo.flatMap((end, i) => (end === null ? [] : [`the standard deviation of ${names[i]} by ${group} (${end})`])),
    ),
  ]
}

/** A warning that a fit has such parameters, with what follows; nothing where it has none. */
export function runningWarning(fit: ReportedFit, whose: string, consequence: string): Warning[] {
  const names = runningNames(fit)
  if (names.length === 0) return []
  return [{ code: 'SEPARATION', message: `${whose} has no finite maximum in ${names.join(', ')}: ${consequence}` }]
}
