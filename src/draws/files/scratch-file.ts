import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { BlockFiles } from '../block-files.js'
import { temporaryName } from './temporary-files.js'
import { fileError } from './write-atomically.js'

/**
 * Files without a name in `folder`: they take room there until they are closed or this process ends, however it ends.
 * A FILE error says why there can be none.
 */
export const scratchFiles = (folder: string): BlockFiles => ({
  open: () => openScratch(folder),
  write: writeBlock,
  read: readBlock,
  close: (files) => {
    for (const file of files) if (file !== null) closeSync(file)
  },
})

function openScratch(folder: string): number {
  const path = temporaryName(join(folder, 'draws'), 'scratch')
  try {
    const file = openSync(path, 'wx+')
    rmSync(path)
    return file
  } catch (error) {
    throw fileError(path, error)
  }
}

/** A disk that fills up takes a part without a complaint; what is left over then fails. */
export function writeBlock(file: number, block: Float64Array, position: number): void {
  const bytes = new Uint8Array(block.buffer, block.byteOffset, block.byteLength)
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, position + at)
  } catch (error) {
    throw fileError('draws to disk', error)
  }
}

function readBlock(file: number, into: Float64Array, position: number): void {
  const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength)
  for (let at = 0; at < bytes.length; ) {
    const got = readSync(file, bytes, at, bytes.length - at, position + at)
    if (got === 0) throw new RangeError('the file of draws is shorter than it was')
    at += got
  }
}
