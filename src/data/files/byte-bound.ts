import { GlmmError } from '../../errors.js'

/**
 * Bytes that are read at most unless the call says otherwise: of a file, whose size is known; of a pipe or device, which
 * may never end; of what a compressed or Parquet file holds, which may be a million times its size, this many times the
 * size of the file where that is more than of a pipe.
 */
export const byteBound = { file: 500e6, stream: 100e6, growth: 20 } as const

/** The bound of what the bytes of a compressed file grow to. */
export const grownBound = (size: number, given: number | undefined): number =>
  given ?? Math.max(byteBound.stream, byteBound.growth * size)

export const beyondBound = (what: string, bound: number): GlmmError =>
  new GlmmError(
    'FILE',
    `at most ${bound} bytes were expected of ${what}, got more`,
    `check that it is the right file; if it is, raise the bound: --max-bytes ${10 * bound}`,
  )
