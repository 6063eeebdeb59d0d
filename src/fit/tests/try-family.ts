import type { Tested } from './look.js'

/** The remedy of another family, which a restricted likelihood refuses. */
export const tryFamily = ({ restricted }: Pick<Tested, 'restricted'>, family: string): string =>
  `try --family ${family}${restricted ? ' without --reml' : ''}`
