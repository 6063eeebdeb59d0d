/** Numbers from 0 to 1 that depend on a text alone (its FNV-1a hash seeds Steele's splitmix32), with what mutations need. */
export function randomOf(text) {
  let state = 0x811c9dc5
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193)
  const next = () => {
    state = (state + 0x9e3779b9) | 0
    let z = state ^ (state >>> 16)
    z = Math.imul(z, 0x21f0aaad)
    z ^= z >>> 15
    z = Math.imul(z, 0x735a2d97)
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32
  }
  /** A whole number from 0 to n - 1. */
  const below = (n) => Math.floor(next() * n)
  const pick = (values) => values[below(values.length)]
  return Object.assign(next, { below, pick })
}
