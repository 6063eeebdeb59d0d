import type { Family } from './family.js'

/** What a family made of another (truncated, zero-inflated) says of overdispersion: the same made of the wider one. */
export const overdispersedOf = (
  { overdispersed: of }: Family,
  name: string,
  words: string,
): Pick<Family, 'overdispersed'> =>
  of ? { overdispersed: { family: `${name}_${of.family}`, than: `${words} ${of.than}` } } : {}
