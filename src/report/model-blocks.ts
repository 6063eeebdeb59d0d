import type { FitRecord } from '../fit/fit-record.js'
import { type Block, heading, list, paragraph } from './document.js'

/** What the tests of a model against its data have found, and what they could not see. Nothing where none was asked for. */
export function modelBlocks({ tests = {}, model }: Pick<FitRecord, 'tests' | 'model'>, nobs: number): Block[] {
  if (!model) return []
  const { verdict, reasons } = model
  const unseen = Object.values(tests).flatMap(({ effect, unseen: one }) => (effect === null && one ? [one] : []))
  const limit =
    unseen.length > 0 ? [paragraph(`With ${nobs} rows these tests could not have seen ${unseen.join(', ')}.`)] : []
  const told =
    verdict === 'questionable'
      ? [paragraph('Questionable:'), list(reasons)]
      : [paragraph(`${sentence(reasons[0])}.`), ...(reasons.length > 1 ? [list(reasons.slice(1))] : [])]
  return [heading('Model'), ...told, ...limit]
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
