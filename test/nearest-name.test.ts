import { expect, it } from 'vitest'
import { editDistance, nearestName } from '../src/nearest-name.js'

it('counts insertions, deletions, substitutions and swaps', () => {
  expect(editDistance('treat', 'treat', 3)).toBe(0)
  expect(editDistance('treat', 'traet', 3)).toBe(1)
  expect(editDistance('treat', 'tret', 3)).toBe(1)
  expect(editDistance('kitten', 'sitting', 9)).toBe(3)
  expect(editDistance('abc', 'xyz', 1)).toBe(2)
})

it('finds the name meant, and none when none is near', () => {
  expect(nearestName('traet', ['r', 'n', 'treat', 'center'])).toBe('treat')
  expect(nearestName('centre', ['r', 'n', 'treat', 'center'])).toBe('center')
  expect(nearestName('Treat', ['treat', 'trait'])).toBe('treat')
  expect(nearestName('R', ['n', 'r'])).toBe('r')
  expect(nearestName('q', ['n', 'r'])).toBe(null)
  expect(nearestName('weight', ['r', 'n', 'treat', 'center'])).toBe(null)
  expect(nearestName('x', [])).toBe(null)
})
