import { GlmmError } from '../../errors.js'
import type { Measure } from '../spec/study-plan.js'

/** A condition ends when this holds for it. */
export interface Until {
  /** True once every measure of the name in the condition is below the limit; one that does not exist is left out. */
  readonly holds: (measures: readonly Measure[], condition: number) => boolean
}

/** Reads 'coverageMcse < 0.005', or several such joined by 'and'. */
export function readUntil(text: string, measures: readonly Measure[]): Until {
  const known = new Set(measures.flatMap((one) => Object.keys(one).filter((key) => key.endsWith('Mcse'))))
  const limits = text.split(/\s+and\s+|\s*,\s*/).map((part) => {
    const [, name, limit] = /^\s*(\w+)\s*<=?\s*(\d*\.?\d+(?:[eE][+-]?\d+)?)\s*$/.exec(part) ?? []
    if (name !== undefined && known.has(name) && Number(limit) > 0) return { name, limit: Number(limit) }
    const message = `/until: expected a Monte Carlo error and its limit, such as "coverageMcse < 0.005", got ${JSON.stringify(part)}`
    throw new GlmmError('USAGE', message, `the study has ${[...known].join(', ') || 'none'}`)
  })
  return {
    holds: (now, condition) => {
      const own = now.filter((one) => one.condition === condition)
      return limits.every(({ name, limit }) => {
        const values = own.map((one) => one[name]).filter((value) => typeof value === 'number')
        return values.length > 0 && values.every((value) => value < limit)
      })
    },
  }
}
