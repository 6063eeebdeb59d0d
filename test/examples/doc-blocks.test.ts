import { describe, expect, it } from 'vitest'
import { blocksIn, difference, documents, renewed } from './doc-blocks.mjs'

const blocks = documents.flatMap(blocksIn)

describe('what documents show of the output', () => {
  it('is found in README.md and in docs', () => {
    expect(documents).toEqual(expect.arrayContaining(['README.md', 'docs/posterior.md', 'docs/studies.md']))
    expect(new Set(blocks.map(({ document }) => document)).size).toBeGreaterThan(1)
    expect(blocks.length).toBeGreaterThan(8)
  })

  // `npm run docs:blocks` writes what commands print now.
  it.each(blocks)('$document: $command', async (block) => {
    const now = await renewed(block)
    expect(difference(block.shown, now)).toBeNull()
  })
})

describe('a difference', () => {
  it('is a word, a line, or more than a unit of the last digit; no time', () => {
    expect(difference('a 1.23 7.6 ms\n', 'a 1.24   12 ms\n')).toBeNull()
    expect(difference('a 1.23\n', 'a 1.25\n')).toEqual({ shown: 'a 1.23', now: 'a 1.25' })
    expect(difference('p 1.7e-04\n', 'p 1.9e-04\n')).not.toBeNull()
    expect(difference('n 4000 draws\n', 'n 4002 draws\n')).not.toBeNull()
    expect(difference('a 1\n', 'b 1\n')).not.toBeNull()
    expect(difference('a 1\nb 2\n', 'a 1\n')).not.toBeNull()
    expect(difference('a 1\n', 'a 1\nb 2\n')).not.toBeNull()
  })
})
