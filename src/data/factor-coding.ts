import type { Terms } from '../formula/expand-terms.js'

/** How a factor stands in a term: by contrasts (all levels but the first) or by a column for every level. */
export type Coding = 'contrasts' | 'full'

/**
 * R's rule, for each term and each of its variables (numeric ones are called 'contrasts', which means nothing). A factor
 * has contrasts where an earlier term has all the other variables of its term, or there are no others; else all levels
 * (TermCode in R's model.c). Without intercept, the first factor of the first term that has one gets all levels.
 */
export function factorCoding(terms: Terms, isFactor: readonly boolean[]): readonly (readonly Coding[])[] {
  const coding = terms.terms.map((term, t) =>
    term.map((v): Coding => {
      if (term.length === 1 || !isFactor[v]) return 'contrasts'
      const others = term.filter((w) => w !== v)
      for (let s = 0; s < t; s++) if (others.every((w) => terms.terms[s].includes(w))) return 'contrasts'
      return 'full'
    }),
  )
  if (terms.intercept) return coding
  for (let t = 0; t < coding.length; t++) {
    const first = terms.terms[t].findIndex((v) => isFactor[v])
    if (first < 0) continue
    coding[t][first] = 'full'
    break
  }
  return coding
}
