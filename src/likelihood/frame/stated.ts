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

/** A class, because V8 keeps an object with an accessor of its own as a dictionary, whose every field is slow to read. */
class Resolved implements Stated {
  readonly model: Model
  readonly family: Family
  readonly link: Link
  readonly links: readonly Link[]
  readonly layout: ParameterLayout
  readonly space: Space
  readonly #make: () => Coordinates
  #made: Coordinates | null = null

  constructor(of: Omit<Stated, 'coordinates'>, make: () => Coordinates) {
    this.model = of.model
    this.family = of.family
    this.link = of.link
    this.links = of.links
    this.layout = of.layout
    this.space = of.space
    this.#make = make
  }

  get coordinates(): Coordinates {
    this.#made ??= this.#make()
    return this.#made
  }
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
  const links = [model.link, ...family.further.map(({ link }) => link)].map(linkNamed)
  return new Resolved({ model, family, link: links[0], links, layout, space }, () => coordinates(layout))
}

/** The same with another response of the same rows: nothing is looked up again. */
export const withResponse = (stated: Stated, response: Response): Stated =>
  new Resolved(
    {
      model: { ...stated.model, response },
      family: stated.family,
      link: stated.link,
      links: stated.links,
      layout: stated.layout,
      space: stated.space,
    },
    () => stated.coordinates,
  )
