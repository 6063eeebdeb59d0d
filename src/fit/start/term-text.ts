import type { RandomTerm } from '../../data/model.js'

/** A random term as a formula writes it. */
export const termText = ({ names, group }: RandomTerm): string =>
  `(${names.map((name) => (name === '(Intercept)' ? '1' : name)).join(' + ')} | ${group})`
