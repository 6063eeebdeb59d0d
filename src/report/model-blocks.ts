import type { CheckRecord } from '../check/check-record.js'
import type { FitRecord } from '../fit/record/fit-record.js'
import { probability } from '../fit/results/model-verdict.js'
import { type Block, callout, heading, list, paragraph } from './document.js'

/** What the tests of a model against its data have found, and what they could not see. Nothing where none was asked for. */
export function modelBlocks({ tests, model, nobs }: Pick<FitRecord, 'tests' | 'model' | 'nobs'>): Block[] {
  if (!model) return []
  const { verdict, reasons } = model
  const reported =
    verdict === 'questionable'
      ? [paragraph('Questionable:'), list(reasons)]
      : [paragraph(`${sentence(reasons[0])}.`), ...(reasons.length > 1 ? [list(reasons.slice(1))] : [])]
  const unseen = unseenLine(tests, nobs)
  return [heading('Model'), ...reported, ...(unseen ? [paragraph(`${sentence(unseen)}.`)] : [])]
}

/** The verdict on the model, beside that on the integral. */
export function modelCallout({ model, tests = {}, nobs }: CheckRecord): Block[] {
  if (!model) return []
  const { verdict, reasons } = model
  const untested = verdict === 'no fault found' && Object.values(tests).every(({ p }) => p === null)
  const unseen = unseenLine(tests, nobs)
  const tone = verdict === 'questionable' ? 'bad' : untested ? 'unsure' : 'good'
  const said = untested ? 'not tested' : verdict
  return [callout(tone, `Verdict on the model: ${said}`, unseen ? [...reasons, unseen] : reasons)]
}

/** Every test with its p-value, those that were not done with the reason. */
export function testBlocks({ tests = {} }: CheckRecord): Block[] {
  const lines = Object.entries(tests).map(([name, { p, method, says }]) =>
    method === 'not tested'
      ? `${name}: not tested, ${says}`
      : p === null
        ? `${name}: ${says}`
        : `${name}: p ${probability(p)}; ${says}`,
  )
  return lines.length === 0 ? [] : [heading('Tests of the model'), list(lines)]
}

function unseenLine(tests: FitRecord['tests'] = {}, nobs: number): string | null {
  const unseen = Object.values(tests).flatMap(({ effect, unseen: one }) => (effect === null && one ? [one] : []))
  return unseen.length > 0 ? `with ${nobs} rows these tests could not have seen ${unseen.join(', ')}` : null
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
