/** Files without a name for blocks of draws, by descriptors that all threads of a process share. */
export interface BlockFiles {
  readonly open: () => number
  /** Writes a block whole, at a position in bytes; throws what the disk throws. */
  readonly write: WriteBlock
  /** Fills a block from a position in bytes. */
  readonly read: (file: number, into: Float64Array, position: number) => void
  readonly close: (files: readonly (number | null)[]) => void
}

export type WriteBlock = (file: number, block: Float64Array, position: number) => void
