import { createHash, randomUUID } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'

const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
/** Whether a process of another machine on a shared disk still runs is unknown; no file takes so long to write. */
const oldest = 7 * 86_400_000

/** Whose temporary file it is: machine and process, and what keeps those of one process apart. */
const owned = /^\..*\.([0-9a-f]{8})-(\d{1,10})-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(?:tmp|scratch)$/

/** A new name for a temporary file beside `path`, which says whose it is. */
export function temporaryName(path: string, ending: 'tmp' | 'scratch' = 'tmp'): string {
  // A name may have 255 bytes, most of them the user's.
  const stem = basename(path).slice(0, 40)
  return join(dirname(path), `.${stem}.${host}-${process.pid}-${randomUUID()}.${ending}`)
}

/** Removes temporary files in a folder whose processes are dead, as a kill leaves them. What cannot be removed stays. */
export async function sweepTemporaries(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [] as string[])
  for (const name of names) {
    const [, machine, pid] = owned.exec(name) ?? []
    if (machine === undefined) continue
    const path = join(folder, name)
    const dead = machine === host ? !isAlive(Number(pid)) : await isOld(path)
    if (dead) await rm(path, { force: true }).catch(() => {})
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null)
  return found !== null && Date.now() - found.mtimeMs > oldest
}
