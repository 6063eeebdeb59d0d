import { writeNote } from './output.js'

/** Keeps Ctrl-C from ending the process between the end of the chains and the writing of what they drew. */
export interface LateInterrupt {
  /** `already`: the chains themselves were stopped by one. */
  readonly begin: (already: boolean) => void
  /** Lets go; whether there was one meanwhile. */
  readonly end: () => boolean
}

/** The first Ctrl-C is kept for later, a second one ends the process. */
export function lateInterrupt(): LateInterrupt {
  let came = false
  const onInterrupt = (): void => {
    if (came) process.exit(130)
    came = true
    writeNote('keeps the draws first; Ctrl-C once more to lose them')
  }
  return {
    begin: (already) => {
      came = already
      process.on('SIGINT', onInterrupt)
    },
    end: () => {
      process.off('SIGINT', onInterrupt)
      return came
    },
  }
}
