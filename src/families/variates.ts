import { betaVariate, gammaVariate } from '../random/gamma-variate.js'
import type { Noise } from './family.js'

/** Up to this size a search from zero is quick. */
const searched = 20

/**
 * Binomial variate: a search from zero where n is small; else the ranked uniform in the middle, a beta variate, halves
 * the trials (Devroye 1986, section X.4.3).
 */
export function binomialVariate(noise: Noise, n: number, p: number): number {
  let successes = 0
  let size = n
  let chance = p
  while (size > searched) {
    const middle = 1 + Math.floor(size / 2)
    const x = betaVariate(noise, middle, size + 1 - middle)
    if (x <= chance) {
      successes += middle
      size -= middle
      chance = x < 1 ? (chance - x) / (1 - x) : 0
    } else {
      size = middle - 1
      chance /= x
    }
  }
  for (let i = 0; i < size; i++) if (noise.uniform() < chance) successes++
  return successes
}

/**
 * Poisson variate: a product of uniforms where the mean is small; else the time of an event somewhat before the mean, a
 * gamma variate, determines the rest (Ahrens and Dieter 1974).
 */
export function poissonVariate(noise: Noise, mean: number): number {
  let count = 0
  let left = mean
  while (left > searched) {
    const event = Math.floor((7 / 8) * left)
    const time = gammaVariate(noise, event)
    if (time > left) return count + binomialVariate(noise, event - 1, left / time)
    count += event
    left -= time
  }
  const limit = Math.exp(-left)
  let product = 1 - noise.uniform()
  while (product > limit) {
    count++
    product *= 1 - noise.uniform()
  }
  return count
}
