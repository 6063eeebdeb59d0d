const words: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

/** The type of a JSON schema as a message names it, such as "a whole number" for "integer"; one not known as it is. */
export const jsonTypeInWords = (type: string): string => words[type] ?? type
