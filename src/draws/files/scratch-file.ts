import { closeSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryName } from './temporary-files.js'
import { fileError } from './write-atomically.js'

/**
 * Opens a file without a name in `folder`: it takes room there until it is closed or this process ends, however it ends.
 * Threads of the process share its descriptor. A FILE error says why there can be none.
 */
export function openScratch(folder: string): number {
  const path = temporaryName(join(folder, 'draws'), 'scratch')
  try {
    const file = openSync(path, 'wx+')
    rmSync(path)
    return file
  } catch (error) {
    throw fileError(path, error)
  }
}

export const closeScratch = (files: readonly (number | null)[]): void => {
  for (const file of files) if (file !== null) closeSync(file)
}
