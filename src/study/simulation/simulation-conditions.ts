import { GlmmError } from '../../errors.js'
import { nearestName } from '../../nearest-name.js'
import type { Json } from '../spec/study-plan.js'
import type { SimulationSpec, Truth } from '../spec/study-spec.js'

/** What a condition of a simulation may set. */
export interface Scenario {
  readonly truth: Truth
  readonly groups: Readonly<Record<string, number>>
}

type Setter = (scenario: Scenario, value: Json) => Scenario

/** Conditions beyond which a study is a mistake in its file: each has a plan and measures of its own. */
const mostConditions = 10_000

/** Every combination of the values of the paths, the last path varying fastest, with the settings that make it. */
export function scenarios(
  { conditions = {} }: Pick<SimulationSpec, 'conditions'>,
  base: Scenario,
): { readonly settings: { readonly [path: string]: Json }; readonly scenario: Scenario }[] {
  const count = Object.values(conditions).reduce((product, values) => product * values.length, 1)
  if (count > mostConditions)
    throw new GlmmError(
      'USAGE',
      `/conditions: expected at most ${mostConditions} combinations, got ${count}`,
      'vary fewer values, or write several studies',
    )
  let made: { settings: { [path: string]: Json }; scenario: Scenario }[] = [{ settings: {}, scenario: base }]
  for (const [path, values] of Object.entries(conditions)) {
    const set = setterOf(path, base)
    made = made.flatMap(({ settings, scenario }) =>
      values.map((value) => ({ settings: { ...settings, [path]: value }, scenario: set(scenario, value) })),
    )
  }
  return made
}

/** Names may hold dots themselves: they are what stands between a known beginning and a known end. */
function setterOf(path: string, { truth }: Scenario): Setter {
  const [, fixed] = /^truth\.fixed\.(.+)$/s.exec(path) ?? []
  if (fixed !== undefined) {
    checkName(path, fixed, Object.keys(truth.fixed))
    return ({ truth, groups }, value) => ({
      truth: { ...truth, fixed: { ...truth.fixed, [fixed]: numberAt(path, value) } },
      groups,
    })
  }
  const [, group, part] = /^truth\.random\.(.+)\.(sd|correlation)$/s.exec(path) ?? []
  if (group !== undefined) {
    checkName(path, group, Object.keys(truth.random ?? {}))
    return ({ truth, groups }, value) => {
      const reported = part === 'sd' ? numbersAt(path, value) : listAt(path, value).map((row) => numbersAt(path, row))
      return {
        truth: { ...truth, random: { ...truth.random, [group]: { ...truth.random![group], [part]: reported } } },
        groups,
      }
    }
  }
  const [, parameter] = /^truth\.dispersion\.(.+)$/s.exec(path) ?? []
  if (parameter !== undefined) {
    checkName(path, parameter, Object.keys(truth.dispersion ?? {}))
    return ({ truth, groups }, value) => ({
      truth: { ...truth, dispersion: { ...truth.dispersion, [parameter]: numberAt(path, value) } },
      groups,
    })
  }
  const [, factor] = /^groups\.(.+)$/s.exec(path) ?? []
  if (factor !== undefined) {
    return ({ truth, groups }, value) => ({ truth, groups: { ...groups, [factor]: numberAt(path, value) } })
  }
  const message = `/conditions/${path}: expected a path such as truth.fixed.NAME, truth.random.GROUP.sd, truth.dispersion.NAME or groups.GROUP`
  throw new GlmmError('USAGE', `${message}, got ${path}`, 'name what the condition varies')
}

function checkName(path: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return
  const near = nearestName(name, known)
  const message = `/conditions/${path}: expected one of ${known.join(', ') || 'no such names'}, got ${name}`
  throw new GlmmError('USAGE', message, near === null ? 'name one of these' : `did you mean ${near}?`)
}

const wrong = (path: string, what: string, got: Json): GlmmError =>
  new GlmmError('USAGE', `/conditions/${path}: expected ${what}, got ${JSON.stringify(got)}`, 'list such values')

function numberAt(path: string, value: Json): number {
  if (typeof value === 'number') return value
  throw wrong(path, 'a list of numbers', value)
}

function listAt(path: string, value: Json): readonly Json[] {
  if (Array.isArray(value)) return value
  throw wrong(path, 'a list of lists', value)
}

const numbersAt = (path: string, value: Json): number[] => listAt(path, value).map((one) => numberAt(path, one))
