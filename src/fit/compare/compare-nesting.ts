import type { ComparableFit } from './compare-record.js'
import type { RandomEstimate } from '../record/fit-record.js'

/** How a smaller model lies within a larger one, as far as the names of their terms show. */
export interface Nesting {
  /** Why the smaller is not known to be a special case of the larger; null where it is one. */
  readonly obstacle: string | null
  /** Standard deviations that the larger model has and the smaller has not. */
  readonly variances: readonly string[]
}

interface Effect {
  readonly key: string
  readonly label: string
  /** Keys of the effects it is correlated with. */
  readonly correlated: ReadonlySet<string>
}

export function nesting(small: ComparableFit, large: ComparableFit): Nesting {
  const effects = effectsOf(large.random)
  const before = effectsOf(small.random)
  const variances = [...effects.values()].filter(({ key }) => !before.has(key)).map(({ label }) => label)
  return { obstacle: obstacle(small, large, before, effects), variances }
}

function obstacle(
  small: ComparableFit,
  large: ComparableFit,
  before: ReadonlyMap<string, Effect>,
  effects: ReadonlyMap<string, Effect>,
): string | null {
  if (small.family !== large.family || small.link !== large.link) {
    return `${small.family}(${small.link}) is not known to be a special case of ${large.family}(${large.link})`
  }
  if (offsetOf(small) !== offsetOf(large)) return 'their offsets differ'
  if (small.df >= large.df) return 'they have as many degrees of freedom'
  const missing = (from: ComparableFit['fixed'], among: ComparableFit['fixed']): string | undefined =>
    from.find(({ name }) => !among.some((other) => other.name === name))?.name
  const absent = missing(small.fixed, large.fixed)
  if (absent !== undefined) return `${absent} is in the smaller model only`
  for (const { predictor, fixed } of small.further) {
    const same = large.further.find((other) => other.predictor === predictor)
    const lost = same && missing(fixed, same.fixed)
    if (!same) return `the predictor ${predictor} is in the smaller model only`
    if (lost !== undefined) return `${lost} of ${predictor} is in the smaller model only`
  }
  if (large.further.length > small.further.length) return 'the larger model has a further predictor'
  for (const { key, label, correlated } of before.values()) {
    const same = effects.get(key)
    if (!same) return `the random effect ${label} is in the smaller model only`
    if ([...correlated].some((other) => !same.correlated.has(other))) {
      return `the correlations of ${label} are in the smaller model only`
    }
  }
  return null
}

const keyOf = (group: string, name: string): string => JSON.stringify([group, name])

function effectsOf(random: readonly RandomEstimate[]): Map<string, Effect> {
  const effects = new Map<string, Effect>()
  for (const { group, names, correlation } of random) {
    names.forEach((name, i) => {
      const others = names.filter((_, j) => j !== i && correlation[i][j] !== 0)
      const correlated = new Set(others.map((other) => keyOf(group, other)))
      effects.set(keyOf(group, name), { key: keyOf(group, name), label: `${name} of ${group}`, correlated })
    })
  }
  return effects
}

const offsetOf = ({ call }: ComparableFit): string => JSON.stringify(call.offset ?? null)
