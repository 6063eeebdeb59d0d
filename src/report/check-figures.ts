import type { CheckRecord, Effect } from '../check/check-record.js'
import { caterpillarSvg } from '../plot/caterpillar-svg.js'
import type { Interval } from '../plot/interval.js'
import { type LadderLine, ladderSvg } from '../plot/ladder-svg.js'

/** The pictures of a check, as SVG. */
export interface CheckFigures {
  /** One for each of `effectTerms`, in their order. */
  readonly caterpillars: readonly string[]
  /** Null for a ladder of one rung. */
  readonly ladder: string | null
}

/** The effects of one coefficient over the levels of one grouping factor. */
export interface EffectTerm {
  readonly group: string
  readonly name: string
  /** Title of the axis, such as `center effect (log-odds)`. */
  readonly axis: string
  readonly intervals: readonly Interval[]
}

/** Draws the pictures of a check. Slow at first use (over a second to load the plot library): only for HTML. */
export async function checkFigures(c: CheckRecord): Promise<CheckFigures> {
  const caterpillars: string[] = []
  for (const term of effectTerms(c)) {
    const title = `Random effects of ${term.group}, ${term.name}`
    caterpillars.push(await caterpillarSvg(term.intervals, { title, axis: term.axis }))
  }
  const rungs = c.rungs.map((rung) => rungName(rung))
  const title = 'Estimates along the ladder'
  const ladder = c.rungs.length < 2 ? null : await ladderSvg(ladderLines(c), { title, rungs })
  return { caterpillars, ladder }
}

/** The effects of a check by grouping factor and coefficient, in the order of the record. */
export function effectTerms(c: CheckRecord): EffectTerm[] {
  const terms = new Map<string, Effect[]>()
  for (const effect of c.effects) {
    const key = JSON.stringify([effect.group, effect.name])
    const own = terms.get(key)
    if (own === undefined) terms.set(key, [effect])
    else own.push(effect)
  }
  return [...terms.values()].map((effects) => {
    const { group, name } = effects[0]
    const of = name === '(Intercept)' ? '' : ` of ${name}`
    const intervals = effects.map(({ level, mean, lower, upper, mode }) => ({ label: level, mean, lower, upper, mode }))
    return { group, name, axis: `${group} effect${of} (${scaleName(c)})`, intervals }
  })
}

/** What the linear predictor measures, as far as the record's ratios name it. */
function scaleName(c: CheckRecord): string {
  const kind = c.ratios[0]?.kind
  return kind === 'odds ratio' ? 'log-odds' : kind === 'rate ratio' ? 'log rate' : `${c.link} scale`
}

/** `Laplace`, `7`, `nested 7`, `importance`. */
export function rungName(rung: Pick<CheckRecord['rungs'][number], 'method' | 'nodes'>): string {
  switch (rung.method) {
    case 'laplace':
      return 'Laplace'
    case 'agq':
      return String(rung.nodes)
    case 'nested-agq':
      return `nested ${rung.nodes}`
    case 'importance':
      return 'importance'
  }
}

/** Each parameter's distance from the best rung, in the best rung's standard errors; without an error, no line. */
export function ladderLines(c: CheckRecord): LadderLine[] {
  const values = c.rungs.map(
    (rung) =>
      new Map([
        ...rung.fixed.map((f) => [f.name, { at: f.estimate, se: f.se }] as const),
        ...rung.random.flatMap((t) =>
          t.names.map((n, i) => [sdName(t.group, n), { at: t.sd[i], se: t.sdSe[i] }] as const),
        ),
      ]),
  )
  const best = values[values.length - 1]
  if (best === undefined) return []
  return [...best].flatMap(([parameter, { at, se }]) => {
    if (se === null || se === undefined || !(se > 0)) return []
    const shifts = values.map((rung) => {
      const here = rung.get(parameter)
      return here === undefined ? null : (here.at - at) / se
    })
    return [{ parameter, shifts }]
  })
}

/** `sd(center)`, and `sd(center: urban)` for what is not the intercept. */
export const sdName = (group: string, name: string): string =>
  name === '(Intercept)' ? `sd(${group})` : `sd(${group}: ${name})`
