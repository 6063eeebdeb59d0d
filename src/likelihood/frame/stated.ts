import type { Model, Response } from '../../data/model.js'
import type { Family } from '../../families/family.js'
import { familyOf } from '../../families/registry.js'
import type { Link } from '../../links/link.js'
import { linkNamed } from '../../links/registry.js'
import { heap, type Space } from '../../numerics/space.js'
import { type Coordinates, coordinates } from './coordinates.js'
import { type ParameterLayout, parameterLayout } from './parameter-layout.js'

/**
 * A model with all that its names stand for. A model crosses threads as plain data, with the names of its family, links
 * and covariances; each thread looks them up once, by `state`, and hands on what it found.
 */
export interface Stated {
  readonly model: Model
  readonly family: Family
  /** The link of the mean. */
  readonly link: Link
  /** The link of each predictor of the family, in its order. */
  readonly links: readonly Link[]
  /** The order of the outer parameters, and the covariance of each random term. */
  readonly layout: ParameterLayout
  /** The unconstrained vector that priors and samplers see; made when it is first read, which a fit never does. */
  readonly coordinates: Coordinates
  /** Where the arrays that densities of this model work on lie. */
  readonly space: Space
}

/**
 * Looks up what a model names; one that is stated already stays as it is. Arrays of what is made of it come from `space`.
 *
 * @throws GlmmError USAGE where this thread knows no family, link or covariance of that name.
 */
export function state(given: Model | Stated, space: Space = heap): Stated {
  if ('layout' in given) return given
  const model = given
  const family = familyOf(model.family)
  const layout = parameterLayout(model, family)
  let made: Coordinates | undefined
  return {
    model,
    family,
    link: linkNamed(model.link),
    links: [model.link, ...family.further.map(({ link }) => link)].map(linkNamed),
    layout,
    space,
    get coordinates() {
      made ??= coordinates(layout)
      return made
    },
  }
}

/** The same with another response of the same rows: nothing is looked up again. */
export const withResponse = (stated: Stated, response: Response): Stated => ({
  model: { ...stated.model, response },
  family: stated.family,
  link: stated.link,
  links: stated.links,
  layout: stated.layout,
  space: stated.space,
  get coordinates() {
    return stated.coordinates
  },
})
