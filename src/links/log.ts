import type { Link } from './link.js'

export const log: Link = { name: 'log', link: Math.log, inverse: Math.exp, slope: Math.exp }
