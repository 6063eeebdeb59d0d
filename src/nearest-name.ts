/**
 * Damerau-Levenshtein distance in its optimal string alignment form: insertions, deletions, substitutions and
 * swaps of neighbours each cost 1. Stops early and returns `limit + 1` when the distance exceeds `limit`.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let older = new Int32Array(b.length + 1)
  let previous = new Int32Array(b.length + 1)
  let current = new Int32Array(b.length + 1)
  for (let j = 0; j <= b.length; j++) previous[j] = j
  for (let i = 1; i <= a.length; i++) {
    current[0] = i
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1)
      let d = Math.min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (same ? 0 : 1))
      const swapped =
        i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1)
      if (swapped) d = Math.min(d, older[j - 2] + 1)
      current[j] = d
      if (d < least) least = d
    }
    if (least > limit) return limit + 1
    const spare = older
    older = previous
    previous = current
    current = spare
  }
  return Math.min(previous[b.length], limit + 1)
}

/** The candidate a mistyped name most likely means, or null when none is near: at most a third of the letters wrong. */
export function nearestName(name: string, candidates: Iterable<string>): string | null {
  const wanted = name.toLowerCase()
  let limit = Math.max(1, Math.floor(wanted.length / 3))
  let best: string | null = null
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate.toLowerCase(), limit)
    // A one-letter name is near nothing but its other case.
    if (distance > limit || (distance > 0 && wanted.length < 2)) continue
    if (best === null || distance < limit) best = candidate
    limit = distance
    if (limit === 0) break
  }
  return best
}
