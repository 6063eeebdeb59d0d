import type { FixedEffects, Predictor } from '../../data/model.js'
import type { Drawn, FurtherPredictor } from '../../families/family.js'
import type { ParameterLayout } from '../frame/parameter-layout.js'
import type { Stated } from '../frame/stated.js'

/** '(Intercept)' is 'Intercept' in the names of draws, as in brms. */
export const plainName = (name: string): string => (name === '(Intercept)' ? 'Intercept' : name)

/** What draws of a further predictor are called, and their prior: given by the family, or what is reported and a prior by the link. */
function drawnOf({ drawn, reports, link }: FurtherPredictor): Drawn {
  if (drawn) return drawn
  return { name: reports, power: 1, prior: () => (link === 'logit' ? 'uniform(0, 1)' : 'half_t(3, 0, 2.5)') }
}

const interceptAlone = ({ fixed, random, offset }: Predictor): boolean =>
  random.length === 0 && offset === null && isIntercept(fixed) && !fixed.shares

const isIntercept = ({ names }: FixedEffects): boolean => names.length === 1 && names[0] === '(Intercept)'

/** One fixed effect as priors and draws see it. */
export interface DrawnFixed {
  /** The linear predictor, and the column of it. */
  readonly predictor: number
  readonly column: number
  /** 'b_treat', 'b_sigma_x', or, of a predictor that is a constant, the parameter itself: 'sigma'. */
  readonly name: string
  /** What stands in the brackets of `b[...]`: 'treat', 'sigma_x'; null where the parameter has its own target. */
  readonly element: string | null
  /** The family's parameter where the coefficient stands for it; null elsewhere. */
  readonly parameter: (Drawn & { readonly link: 'log' | 'logit' }) | null
}

/** The fixed effects of all predictors, in the order of the outer coordinates. */
export function drawnFixed({ layout }: Stated): DrawnFixed[] {
  return layout.predictors.flatMap((of): DrawnFixed[] => {
    const { k, kind, role, stated: predictor } = of
    if (kind && role !== 'part' && isLogOrLogit(kind.link) && interceptAlone(predictor)) {
      const drawn = drawnOf(kind)
      const parameter = { ...drawn, link: kind.link }
      return [{ predictor: k, column: 0, name: drawn.name, element: null, parameter }]
    }
    const prefix = predictorPrefix(layout, k)
    const { names, shares } = predictor.fixed
    return names.flatMap((name, column) => {
      const element = (prefix && `${prefix}_`) + plainName(name)
      return shares?.[column] ? [] : [{ predictor: k, column, name: `b_${element}`, element, parameter: null }]
    })
  })
}

const isLogOrLogit = (link: string): link is 'log' | 'logit' => link === 'log' || link === 'logit'

/**
 * What the names of a predictor's effects begin with: nothing for the location's; for a parameter of the family the drawn name
 * where the predictor is its log or logit, else what is reported; the predictor's own name elsewhere.
 */
export function predictorPrefix({ location, predictors }: ParameterLayout, k: number): string {
  const { name, role, kind } = predictors[k]
  if (k === location?.k) return ''
  if (!kind || role === 'part') return name
  const drawn = drawnOf(kind)
  return drawn.power === 1 ? drawn.name : kind.reports
}

/** The value that is drawn, at the coefficient eta. */
export function drawnValue({ link, power }: { link: 'log' | 'logit'; power: number }, eta: number): number {
  return (link === 'log' ? Math.exp(eta) : 1 / (1 + Math.exp(-eta))) ** power
}

/** The coefficient of a drawn value. */
export function coefficientOf({ link, power }: { link: 'log' | 'logit'; power: number }, value: number): number {
  const natural = value ** (1 / power)
  return link === 'log' ? Math.log(natural) : Math.log(natural) - Math.log1p(-natural)
}
