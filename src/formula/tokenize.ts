import { formulaFault } from './formula-fault.js'

export type TokenKind = 'number' | 'text' | 'name' | 'operator' | 'end'

export interface Token {
  readonly kind: TokenKind
  /** Operator sign, unquoted name, content of a quoted text, digits of a number. */
  readonly text: string
  readonly start: number
  readonly end: number
  /** A name in backquotes, which can be no function and no constant. */
  readonly quoted: boolean
}

/** A formula of more tokens than this is refused: walks of its tree would exhaust the stack. Use `.` for wide tables. */
const maxTokens = 2400

const isDigit = (c: number): boolean => c >= 48 && c <= 57
const isLetter = (c: number): boolean =>
  (c >= 97 && c <= 122) ||
  (c >= 65 && c <= 90) ||
  (c > 127 && /\p{L}|\p{M}|[\ud800-\udfff]/u.test(String.fromCharCode(c)))
const isSpace = (c: number): boolean =>
  c === 32 || (c >= 9 && c <= 13) || c === 0xa0 || c === 0xfeff || (c >= 0x2000 && c <= 0x200b) || c === 0x3000
const isNamePart = (c: number): boolean => isLetter(c) || isDigit(c) || c === 46 || c === 95

/** Whether R accepts `name` without backquotes. */
export const isSyntacticName = (name: string): boolean =>
  /^(?:[\p{L}]|\.(?![0-9]))[\p{L}\p{M}\p{N}._]*$/u.test(name) &&
  !/^(?:TRUE|FALSE|NULL|NA|NaN|Inf|if|else|for|while|repeat|function|break|next|in)$/.test(name)

const number = /(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?L?/y

const notArithmetic: ReadonlyMap<string, string> = new Map([
  ['$', 'write the column name alone, without the table before it'],
  ['[', 'make the selection a column of the table'],
  ['_', 'a name that starts with _ goes in backquotes: `_x`'],
  ['\u2212', 'write the minus sign as a plain -'],
  ['\u2013', 'write the minus sign as a plain -'],
  ['\u201c', 'write quotes as plain " or \''],
  ['\u201d', 'write quotes as plain " or \''],
])

/** Splits a formula into tokens, the last being of kind 'end'. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < source.length) {
    const c = source.charCodeAt(at)
    if (isSpace(c)) {
      at++
      continue
    }
    if (tokens.length > maxTokens)
      throw formulaFault(
        source,
        at,
        `a formula may have ${maxTokens} names and signs, this one has more`,
        'write . for all other columns',
      )
    const start = at
    let kind: TokenKind = 'operator'
    let text: string
    let quoted = false
    if (isLetter(c) || (c === 46 && !isDigit(source.charCodeAt(at + 1)))) {
      kind = 'name'
      while (at < source.length && isNamePart(source.charCodeAt(at))) at++
      text = source.slice(start, at)
    } else if (isDigit(c) || c === 46) {
      kind = 'number'
      number.lastIndex = at
      text = number.exec(source)?.[0] ?? source[at]
      at += text.length
      if (isNamePart(source.charCodeAt(at)))
        throw formulaFault(
          source,
          start,
          `a number or a name was expected, got ${source.slice(start, at + 1)}...`,
          'a name that starts with a digit goes in backquotes: `2nd`',
        )
    } else if (c === 34 || c === 39 || c === 96) {
      ;[text, at] = quotedText(source, at)
      kind = c === 96 ? 'name' : 'text'
      quoted = c === 96
      if (quoted && text === '')
        throw formulaFault(source, start, 'a name was expected, got empty backquotes', 'name a column')
    } else {
      text = operatorAt(source, at)
      at += text.length
      if (text === '**') text = '^'
    }
    tokens.push({ kind, text, start, end: at, quoted })
  }
  tokens.push({ kind: 'end', text: '', start: source.length, end: source.length, quoted: false })
  return tokens
}

/** Content and end of the quoted text that starts at `start`. */
function quotedText(source: string, start: number): [string, number] {
  const quote = source[start]
  let text = ''
  for (let at = start + 1; at < source.length; at++) {
    const c = source[at]
    if (c === quote) return [text, at + 1]
    if (c === '\\' && at + 1 < source.length) {
      const escaped = source[++at]
      text += escaped === 'n' ? '\n' : escaped === 't' ? '\t' : escaped
    } else text += c
  }
  throw formulaFault(source, start, `a closing ${quote} was expected, the formula ends first`, `close the ${quote}`)
}

function operatorAt(source: string, at: number): string {
  const c = source[at]
  switch (c) {
    case '+':
    case '-':
    case '/':
    case '^':
    case '~':
    case '(':
    case ')':
    case ',':
      return c
    case '*':
      return source[at + 1] === '*' ? '**' : c
    case '|':
      return source[at + 1] === '|' ? '||' : c
    case ':':
      if (source[at + 1] !== ':') return c
      throw formulaFault(source, at, 'an operator was expected, got ::', 'write the function name without its package')
    case '=':
    case '<':
    case '>':
    case '!':
      return source[at + 1] === '=' ? `${c}=` : c
    case '&':
      return source[at + 1] === '&' ? '&&' : c
    case '%': {
      if (source.startsWith('%in%', at)) return '%in%'
      const close = source.indexOf('%', at + 1)
      const got = close < 0 ? '%' : source.slice(at, close + 1)
      throw formulaFault(source, at, `an operator was expected, got ${got}`, 'the only operator of this kind is %in%')
    }
    default: {
      const sign = String.fromCodePoint(source.codePointAt(at)!)
      const hint = notArithmetic.get(sign) ?? 'a formula has names, numbers, + - * / : ^ %in% ~ | and brackets'
      throw formulaFault(source, at, `a name, number or operator was expected, got ${sign}`, hint)
    }
  }
}
